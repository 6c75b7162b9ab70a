"""What python-ldap can ask of a directory. Prints a line for each step: ok NAME, or not ok NAME: why."""

import json
import sys

import ldap
import ldap.modlist
import ldap.schema
from ldap.controls import SimplePagedResultsControl
from ldap.controls.libldap import AssertionControl
from ldap.controls.ppolicy import PasswordPolicyControl
from ldap.controls.readentry import PostReadControl, PreReadControl
from ldap.controls.simple import ManageDSAITControl, ProxyAuthzControl
from ldap.controls.sss import SSSRequestControl
from ldap.ldapobject import SimpleLDAPObject
from ldap.syncrepl import SyncreplConsumer

about = json.loads(sys.argv[1])
base = about["base"]
people = "ou=people," + base
others = "ou=others," + base
ada = "uid=ada," + people
steps = []


def step(name):
    def keep(function):
        steps.append((name, function))
        return function

    return keep


def refused(error, function, *args, **more):
    try:
        function(*args, **more)
    except error as refusal:
        return refusal
    raise AssertionError("it was not refused")


def equal(found, expected):
    if found != expected:
        raise AssertionError("%r is not %r" % (found, expected))


def secured(connection, authority):
    connection.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
    connection.set_option(ldap.OPT_X_TLS_CACERTFILE, authority)
    connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    return connection


def admin():
    connection = ldap.initialize(about["ldap"])
    connection.simple_bind_s(about["rootDn"], about["rootPassword"])
    return connection


def person(uid, **more):
    attributes = {"objectClass": ["inetOrgPerson"], "uid": [uid], "cn": [uid], "sn": [uid], **more}
    return [(name, [value if isinstance(value, bytes) else value.encode() for value in values]) for name, values in attributes.items()]


@step("StartTLS")
def _():
    connection = secured(ldap.initialize(about["ldapByName"]), about["ca"])
    connection.start_tls_s()
    connection.simple_bind_s(ada, "analysis")
    equal(connection.whoami_s(), "dn:" + ada)
    foreign = secured(ldap.initialize(about["ldapByName"]), about["foreignCa"])
    refused(ldap.CONNECT_ERROR, foreign.start_tls_s)


@step("ldaps")
def _():
    connection = secured(ldap.initialize(about["ldaps"]), about["ca"])
    connection.simple_bind_s(ada, "analysis")
    equal(connection.whoami_s(), "dn:" + ada)


@step("bind")
def _():
    connection = ldap.initialize(about["ldap"])
    refused(ldap.INVALID_CREDENTIALS, connection.simple_bind_s, ada, "wrong")
    refused(ldap.INVALID_CREDENTIALS, connection.simple_bind_s, "uid=nobody," + people, "wrong")
    refused(ldap.UNWILLING_TO_PERFORM, connection.simple_bind_s, ada, "")
    equal(connection.whoami_s(), "")


@step("search")
def _():
    connection = admin()
    found = connection.search_s(people, ldap.SCOPE_ONELEVEL, "(&(objectClass=inetOrgPerson)(uid=ada))", ["cn", "jpegPhoto", "uid"])
    equal(found, [(ada, {"uid": [b"ada"], "cn": ["Ada Lövelace 🦊".encode()], "jpegPhoto": [bytes.fromhex(about["photo"])]})])
    equal(connection.search_s(people, ldap.SCOPE_SUBTREE, "(uid=none)"), [])
    equal(connection.search_s(ada, ldap.SCOPE_BASE, "(cn=ADA  LÖVELACE 🦊)", ["1.1"]), [(ada, {})])
    equal(len(connection.search_s(people, ldap.SCOPE_SUBTREE, "(uid=p1*)", ["uid"])), 100)


@step("size limit")
def _():
    connection = admin()
    message = connection.search_ext(people, ldap.SCOPE_SUBTREE, "(uid=p*)", ["uid"], sizelimit=7)
    found = 0
    try:
        while True:
            kind, entries = connection.result(message, all=0)
            found += len(entries)
            if kind == ldap.RES_SEARCH_RESULT:
                break
    except ldap.SIZELIMIT_EXCEEDED:
        equal(found, 7)
        return
    raise AssertionError("no limit was told")


@step("paged results")
def _():
    connection = admin()
    control = SimplePagedResultsControl(True, size=60, cookie="")
    names, pages = [], 0
    while True:
        message = connection.search_ext(people, ldap.SCOPE_SUBTREE, "(uid=p*)", ["uid"], serverctrls=[control])
        _, entries, _, controls = connection.result3(message)
        names += [values["uid"][0] for _, values in entries]
        pages += 1
        [answer] = [each for each in controls if each.controlType == SimplePagedResultsControl.controlType]
        if not answer.cookie:
            break
        control.cookie = answer.cookie
    equal([pages, len(names), len(set(names))], [4, 200, 200])


@step("sort")
def _():
    connection = admin()
    control = SSSRequestControl(criticality=True, ordering_rules=["-uid"])
    message = connection.search_ext(people, ldap.SCOPE_SUBTREE, "(uid=p00*)", ["uid"], serverctrls=[control])
    _, entries, _, _ = connection.result3(message)
    names = [values["uid"][0] for _, values in entries]
    equal(names, sorted(names, reverse=True))
    equal(len(names), 10)


@step("no such object")
def _():
    refusal = refused(ldap.NO_SUCH_OBJECT, admin().search_s, "cn=x,uid=nobody," + people, ldap.SCOPE_BASE)
    equal(refusal.args[0]["matched"], people)


@step("add")
def _():
    connection = admin()
    connection.add_s("uid=eve," + people, person("eve", description=["eins", "zwei"]))
    refused(ldap.ALREADY_EXISTS, connection.add_s, "uid=eve," + people, person("eve"))
    refused(ldap.OBJECT_CLASS_VIOLATION, connection.add_s, "uid=x," + people, [("objectClass", [b"inetOrgPerson"]), ("uid", [b"x"])])
    refused(ldap.UNDEFINED_TYPE, connection.add_s, "uid=x," + people, person("x", nothing=["x"]))
    anonymous = ldap.initialize(about["ldap"])
    refused(ldap.STRONG_AUTH_REQUIRED, anonymous.add_s, "uid=x," + people, person("x"))


@step("modify")
def _():
    connection = admin()
    dn = "uid=eve," + people
    connection.modify_s(
        dn,
        [
            (ldap.MOD_ADD, "mail", [b"eve@example.org"]),
            (ldap.MOD_DELETE, "description", [b"eins"]),
            (ldap.MOD_REPLACE, "sn", ["Üxküll".encode()]),
        ],
    )
    [(_, entry)] = connection.search_s(dn, ldap.SCOPE_BASE, attrlist=["mail", "description", "sn"])
    equal(entry, {"mail": [b"eve@example.org"], "description": [b"zwei"], "sn": ["Üxküll".encode()]})
    changes = ldap.modlist.modifyModlist(entry, {**entry, "mail": [b"e@example.org"]})
    connection.modify_s(dn, changes)
    refused(ldap.TYPE_OR_VALUE_EXISTS, connection.modify_s, dn, [(ldap.MOD_ADD, "mail", [b"E@example.org"])])
    refused(ldap.NO_SUCH_ATTRIBUTE, connection.modify_s, dn, [(ldap.MOD_DELETE, "mail", [b"x@example.org"])])


@step("increment")
def _():
    connection = admin()
    dn = "cn=counter," + others
    connection.modify_s(dn, [(ldap.MOD_INCREMENT, "uidNumber", [b"5"])])
    equal(connection.search_s(dn, ldap.SCOPE_BASE, attrlist=["uidNumber"]), [(dn, {"uidNumber": [b"1005"]})])


@step("compare")
def _():
    connection = admin()
    equal(connection.compare_s(ada, "uid", b"ADA"), True)
    equal(connection.compare_s(ada, "uid", b"eve"), False)
    refused(ldap.NO_SUCH_ATTRIBUTE, connection.compare_s, ada, "mail", b"x")


@step("rename")
def _():
    connection = admin()
    connection.rename_s("uid=eve," + people, "uid=eva", delold=0)
    [(dn, entry)] = connection.search_s("uid=eva," + people, ldap.SCOPE_BASE, attrlist=["uid"])
    equal(sorted(entry["uid"]), [b"eva", b"eve"])
    connection.rename_s(dn, "uid=eva2", newsuperior=others, delold=1)
    [(dn, entry)] = connection.search_s("uid=eva2," + others, ldap.SCOPE_BASE, attrlist=["uid"])
    equal(sorted(entry["uid"]), [b"eva2", b"eve"])


@step("delete")
def _():
    connection = admin()
    refused(ldap.NOT_ALLOWED_ON_NONLEAF, connection.delete_s, others)
    connection.delete_s("uid=eva2," + others)
    refused(ldap.NO_SUCH_OBJECT, connection.delete_s, "uid=eva2," + others)


@step("password modify")
def _():
    dn = "uid=p000," + people
    admin().passwd_s(dn, None, "a first password")
    connection = ldap.initialize(about["ldap"])
    connection.simple_bind_s(dn, "a first password")
    refused(ldap.UNWILLING_TO_PERFORM, connection.passwd_s, dn, "wrong", "a second password")
    connection.passwd_s(dn, "a first password", "a second password")
    refused(ldap.INVALID_CREDENTIALS, connection.simple_bind_s, dn, "a first password")
    connection.simple_bind_s(dn, "a second password")
    _, made = admin().passwd_s(dn, None, None, extract_newpw=True)
    connection.simple_bind_s(dn, made.genPasswd.decode())


@step("password policy")
def _():
    connection = ldap.initialize(about["ldap"])
    message = connection.simple_bind(ada, "analysis", serverctrls=[PasswordPolicyControl()])
    _, _, _, controls = connection.result3(message)
    equal([(each.controlType, each.error) for each in controls], [(PasswordPolicyControl.controlType, None)])


@step("read before and after, assertion")
def _():
    connection = admin()
    message = connection.modify_ext(
        "uid=p001," + people,
        [(ldap.MOD_REPLACE, "sn", [b"new"])],
        serverctrls=[PreReadControl(True, ["sn"]), PostReadControl(True, ["sn"]), AssertionControl(True, "(sn=p001)")],
    )
    _, _, _, controls = connection.result3(message)
    equal(sorted(each.entry["sn"] for each in controls), [[b"new"], [b"p001"]])
    again = connection.modify_ext("uid=p001," + people, [(ldap.MOD_DELETE, "sn", None)], serverctrls=[AssertionControl(True, "(sn=p001)")])
    refused(ldap.ASSERTION_FAILED, connection.result3, again)


@step("proxied authorization")
def _():
    connection = ldap.initialize(about["ldap"])
    connection.simple_bind_s(ada, "analysis")
    control = ProxyAuthzControl(True, ("dn:" + about["rootDn"]).encode())
    refused(ldap.PROXIED_AUTHORIZATION_DENIED, connection.search_ext_s, people, ldap.SCOPE_BASE, serverctrls=[control])
    control = ProxyAuthzControl(True, ("dn:" + ada).encode())
    equal(len(admin().search_ext_s(people, ldap.SCOPE_BASE, serverctrls=[control])), 1)


@step("referral")
def _():
    connection = admin()
    connection.set_option(ldap.OPT_REFERRALS, 0)
    found = connection.search_s(others, ldap.SCOPE_ONELEVEL, "(cn=*)", ["1.1"])
    equal([each for each in found if each[0] is None], [(None, ["ldap://elsewhere.example/" + others + "??base"])])
    dn = "cn=elsewhere," + others
    managed = connection.search_ext_s(dn, ldap.SCOPE_BASE, attrlist=["ref"], serverctrls=[ManageDSAITControl(True)])
    equal(managed, [(dn, {"ref": [("ldap://elsewhere.example/" + others).encode()]})])


@step("root DSE")
def _():
    [(dn, entry)] = ldap.initialize(about["ldap"]).search_s("", ldap.SCOPE_BASE, attrlist=["*", "+"])
    equal([dn, entry["namingContexts"], entry["supportedLDAPVersion"]], ["", [base.encode()], [b"3"]])
    for oid in (SimplePagedResultsControl.controlType, PasswordPolicyControl.controlType):
        assert oid.encode() in entry["supportedControl"], oid


@step("schema")
def _():
    connection = admin()
    dn = connection.search_subschemasubentry_s(ada)
    entry = connection.read_subschemasubentry_s(dn)
    schema = ldap.schema.SubSchema(entry)
    person_class = schema.get_obj(ldap.schema.ObjectClass, "inetOrgPerson")
    equal(person_class.oid, "2.16.840.1.113730.3.2.2")
    must, may = schema.attribute_types(["inetOrgPerson"])
    assert "2.5.4.4" in must and "0.9.2342.19200300.100.1.3" in may
    for oid in schema.listall(ldap.schema.AttributeType):
        attribute = schema.get_obj(ldap.schema.AttributeType, oid)
        syntax = schema.get_inheritedobj(ldap.schema.AttributeType, oid, ["syntax", "equality"]).syntax
        assert attribute.names and schema.get_obj(ldap.schema.LDAPSyntax, syntax), attribute
        assert attribute.sup == () or schema.get_obj(ldap.schema.AttributeType, attribute.sup[0]), attribute


class Copy(SyncreplConsumer, SimpleLDAPObject):
    def __init__(self, url):
        SimpleLDAPObject.__init__(self, url)
        self.entries, self.cookie, self.kept = {}, None, []

    def syncrepl_get_cookie(self):
        return self.cookie

    def syncrepl_set_cookie(self, cookie):
        self.cookie = cookie

    def syncrepl_entry(self, dn, attributes, uuid):
        self.entries[uuid] = dn

    def syncrepl_delete(self, uuids):
        for uuid in uuids:
            self.entries.pop(uuid, None)

    def syncrepl_present(self, uuids, refreshDeletes=False):
        self.kept += uuids or []

    def syncrepl_refreshdone(self):
        pass


@step("content synchronization")
def _():
    copy = Copy(about["ldap"])
    copy.simple_bind_s(about["rootDn"], about["rootPassword"])

    def refresh():
        message = copy.syncrepl_search(people, ldap.SCOPE_SUBTREE, "refreshOnly", filterstr="(uid=*)", attrlist=["*"])
        while copy.syncrepl_poll(msgid=message, all=1):
            pass

    refresh()
    connection = admin()
    found = connection.search_s(people, ldap.SCOPE_SUBTREE, "(uid=*)", ["1.1"])
    equal(sorted(copy.entries.values()), sorted(dn for dn, _ in found))
    connection.add_s("uid=new," + people, person("new"))
    connection.delete_s("uid=p199," + people)
    refresh()
    assert "uid=new," + people in copy.entries.values()
    assert "uid=p199," + people not in copy.entries.values()


failed = False
for name, function in steps:
    try:
        function()
        print("ok " + name)
    except Exception as error:
        failed = True
        print("not ok %s: %s" % (name, " ".join(("%s %s" % (type(error).__name__, error)).split())))
sys.exit(1 if failed else 0)
