<?php
// What PHP's ldap extension can ask of a directory. Prints a line for each step: ok NAME, or not ok NAME: why.
error_reporting(E_ALL & ~E_WARNING);
$about = json_decode($argv[1], true);
$base = $about['base'];
$people = "ou=people,$base";
$others = "ou=others,$base";
$ada = "uid=ada,$people";
$failed = 0;
// the library reads these when it is first used, and keeps what it has read
putenv('LDAPTLS_REQCERT=demand');
putenv('LDAPTLS_CACERT=' . ($argv[2] ?? $about['ca']));
if (isset($argv[2])) exit(ldap_start_tls(connectTo($about['ldapByName'])) ? 0 : 1);

function equal($found, $expected): void
{
    if ($found !== $expected) throw new Exception(json_encode($found) . ' is not ' . json_encode($expected));
}

/** The last answer had this code. */
function isCode($ldap, int $code): void
{
    if (ldap_errno($ldap) !== $code) throw new Exception(ldap_errno($ldap) . ' (' . ldap_error($ldap) . ") is not $code");
}

function connectTo(string $url)
{
    $ldap = ldap_connect($url);
    ldap_set_option($ldap, LDAP_OPT_PROTOCOL_VERSION, 3);
    ldap_set_option($ldap, LDAP_OPT_REFERRALS, 0);
    return $ldap;
}

function admin()
{
    global $about;
    $ldap = connectTo($about['ldap']);
    ldap_bind($ldap, $about['rootDn'], $about['rootPassword']);
    isCode($ldap, 0);
    return $ldap;
}

function names($ldap, $result): array
{
    $entries = ldap_get_entries($ldap, $result);
    $names = [];
    for ($index = 0; $index < $entries['count']; $index++) $names[] = $entries[$index]['uid'][0];
    return $names;
}

function step(string $name, callable $code): void
{
    global $failed;
    try {
        $code();
        print "ok $name\n";
    } catch (Throwable $error) {
        $failed = 1;
        print "not ok $name: " . preg_replace('/\s+/', ' ', $error->getMessage()) . "\n";
    }
}

step('StartTLS', function () use ($about, $ada, $argv) {
    $ldap = connectTo($about['ldapByName']);
    equal(ldap_start_tls($ldap), true);
    equal(ldap_bind($ldap, $ada, 'analysis'), true);
    equal(ldap_exop_whoami($ldap), "dn:$ada");
    exec(implode(' ', array_map('escapeshellarg', [PHP_BINARY, ...$argv, $about['foreignCa']])), $said, $code);
    equal([$code, $said], [1, []]);
});

step('ldaps', function () use ($about, $ada) {
    $ldap = connectTo($about['ldaps']);
    equal(ldap_bind($ldap, $ada, 'analysis'), true);
});

step('bind', function () use ($about, $ada, $people) {
    $ldap = connectTo($about['ldap']);
    equal(ldap_bind($ldap, $ada, 'wrong'), false);
    isCode($ldap, 49);
    ldap_bind($ldap, "uid=nobody,$people", 'wrong');
    isCode($ldap, 49);
    ldap_bind($ldap, $ada, '');
    isCode($ldap, 53);
    equal(ldap_bind($ldap), true);
    equal(ldap_exop_whoami($ldap), '');
});

step('search', function () use ($about, $ada, $people) {
    $ldap = admin();
    $result = ldap_list($ldap, $people, '(&(objectClass=inetOrgPerson)(uid=' . ldap_escape('ada', '', LDAP_ESCAPE_FILTER) . '))', ['cn', 'jpegPhoto']);
    equal(ldap_count_entries($ldap, $result), 1);
    $entry = ldap_first_entry($ldap, $result);
    equal(ldap_get_dn($ldap, $entry), $ada);
    equal(ldap_get_values($ldap, $entry, 'cn')[0], 'Ada Lövelace 🦊');
    equal(bin2hex(ldap_get_values_len($ldap, $entry, 'jpegPhoto')[0]), $about['photo']);
    equal(ldap_count_entries($ldap, ldap_search($ldap, $people, '(uid=p1*)', ['uid'])), 100);
    $some = ldap_search($ldap, $people, '(uid=p*)', ['uid'], 0, 7);
    isCode($ldap, 4);
    equal(ldap_count_entries($ldap, $some), 7);
    equal(ldap_count_entries($ldap, ldap_read($ldap, $ada, '(cn=ADA  LÖVELACE 🦊)', ['1.1'])), 1);
});

step('paged results', function () use ($people) {
    $ldap = admin();
    $names = [];
    $pages = 0;
    $cookie = '';
    do {
        $control = ['oid' => LDAP_CONTROL_PAGEDRESULTS, 'iscritical' => true, 'value' => ['size' => 60, 'cookie' => $cookie]];
        $result = ldap_search($ldap, $people, '(uid=p*)', ['uid'], 0, -1, -1, LDAP_DEREF_NEVER, [$control]);
        ldap_parse_result($ldap, $result, $code, $matched, $text, $referrals, $controls);
        equal($code, 0);
        $names = array_merge($names, names($ldap, $result));
        $cookie = $controls[LDAP_CONTROL_PAGEDRESULTS]['value']['cookie'];
        $pages++;
    } while ($cookie !== '');
    equal([$pages, count(array_unique($names))], [4, 200]);
});

step('sort', function () use ($people) {
    $ldap = admin();
    $control = ['oid' => LDAP_CONTROL_SORTREQUEST, 'iscritical' => true, 'value' => [['attr' => 'uid', 'reverse' => true]]];
    $result = ldap_search($ldap, $people, '(uid=p00*)', ['uid'], 0, -1, -1, LDAP_DEREF_NEVER, [$control]);
    isCode($ldap, 0);
    equal(names($ldap, $result), array_map(fn ($digit) => "p00$digit", range(9, 0)));
});

step('no such object', function () use ($people) {
    $ldap = admin();
    ldap_read($ldap, "cn=x,uid=nobody,$people", '(objectClass=*)');
    isCode($ldap, 32);
    ldap_get_option($ldap, LDAP_OPT_MATCHED_DN, $matched);
    equal($matched, $people);
});

step('add', function () use ($people) {
    $ldap = admin();
    $eve = ['objectClass' => ['inetOrgPerson'], 'uid' => 'eve', 'cn' => 'Eve', 'sn' => 'Eve', 'description' => ['eins', 'zwei']];
    equal(ldap_add($ldap, "uid=eve,$people", $eve), true);
    ldap_add($ldap, "uid=eve,$people", $eve);
    isCode($ldap, 68);
    ldap_add($ldap, "uid=x,$people", ['objectClass' => 'inetOrgPerson', 'uid' => 'x']);
    isCode($ldap, 65);
});

step('modify', function () use ($people) {
    $ldap = admin();
    $dn = "uid=eve,$people";
    equal(ldap_mod_add($ldap, $dn, ['mail' => 'eve@example.org']), true);
    equal(ldap_mod_del($ldap, $dn, ['description' => 'eins']), true);
    equal(ldap_mod_replace($ldap, $dn, ['sn' => 'Üxküll']), true);
    $batch = [
        ['attrib' => 'mail', 'modtype' => LDAP_MODIFY_BATCH_ADD, 'values' => ['e@example.org']],
        ['attrib' => 'title', 'modtype' => LDAP_MODIFY_BATCH_REPLACE, 'values' => ['Dr.']],
        ['attrib' => 'description', 'modtype' => LDAP_MODIFY_BATCH_REMOVE_ALL],
    ];
    equal(ldap_modify_batch($ldap, $dn, $batch), true);
    $entry = ldap_get_entries($ldap, ldap_read($ldap, $dn, '(objectClass=*)', ['mail', 'sn', 'title', 'description']))[0];
    equal([$entry['mail']['count'], $entry['sn'][0], $entry['title'][0], isset($entry['description'])], [2, 'Üxküll', 'Dr.', false]);
    ldap_mod_add($ldap, $dn, ['mail' => 'E@example.org']);
    isCode($ldap, 20);
    ldap_mod_del($ldap, $dn, ['mail' => 'x@example.org']);
    isCode($ldap, 16);
});

step('compare', function () use ($ada) {
    $ldap = admin();
    equal(ldap_compare($ldap, $ada, 'uid', 'ADA'), true);
    equal(ldap_compare($ldap, $ada, 'uid', 'eve'), false);
    equal(ldap_compare($ldap, $ada, 'mail', 'x'), -1);
    isCode($ldap, 16);
});

step('rename', function () use ($people, $others) {
    $ldap = admin();
    equal(ldap_rename($ldap, "uid=eve,$people", 'uid=eva', $people, false), true);
    equal(ldap_rename($ldap, "uid=eva,$people", 'uid=eva', $others, true), true);
    $values = ldap_get_entries($ldap, ldap_read($ldap, "uid=eva,$others", '(uid=eve)', ['uid']))[0]['uid'];
    unset($values['count']);
    sort($values);
    equal($values, ['eva', 'eve']);
});

step('delete', function () use ($others) {
    $ldap = admin();
    ldap_delete($ldap, $others);
    isCode($ldap, 66);
    equal(ldap_delete($ldap, "uid=eva,$others"), true);
    ldap_delete($ldap, "uid=eva,$others");
    isCode($ldap, 32);
});

step('password modify', function () use ($about, $people) {
    $dn = "uid=p000,$people";
    equal(ldap_exop_passwd(admin(), $dn, '', 'a first password'), true);
    $ldap = connectTo($about['ldap']);
    equal(ldap_bind($ldap, $dn, 'a first password'), true);
    equal(ldap_exop_passwd($ldap, $dn, 'wrong', 'a second password'), false);
    isCode($ldap, 53);
    equal(ldap_exop_passwd($ldap, $dn, 'a first password', 'a second password'), true);
    equal(ldap_bind($ldap, $dn, 'a first password'), false);
    equal(ldap_bind($ldap, $dn, 'a second password'), true);
    $made = ldap_exop_passwd($ldap, $dn, 'a second password', '');
    equal(ldap_bind($ldap, $dn, $made), true);
});

step('password policy', function () use ($about, $ada) {
    $ldap = connectTo($about['ldap']);
    $result = ldap_bind_ext($ldap, $ada, 'analysis', [['oid' => LDAP_CONTROL_PASSWORDPOLICYREQUEST]]);
    ldap_parse_result($ldap, $result, $code, $matched, $text, $referrals, $controls);
    equal([$code, array_keys($controls)], [0, [LDAP_CONTROL_PASSWORDPOLICYRESPONSE]]);
});

step('read before and after, assertion', function () use ($people) {
    $ldap = admin();
    $dn = "uid=p001,$people";
    $asserted = ['oid' => LDAP_CONTROL_ASSERT, 'iscritical' => true, 'value' => ['filter' => '(sn=p001)']];
    $image = fn ($oid) => ['oid' => $oid, 'iscritical' => true, 'value' => ['attrs' => ['sn']]];
    $result = ldap_mod_replace_ext($ldap, $dn, ['sn' => 'new'], [$asserted, $image(LDAP_CONTROL_PRE_READ), $image(LDAP_CONTROL_POST_READ)]);
    ldap_parse_result($ldap, $result, $code, $matched, $text, $referrals, $controls);
    equal($code, 0);
    equal($controls[LDAP_CONTROL_PRE_READ]['value']['sn'][0], 'p001');
    equal($controls[LDAP_CONTROL_POST_READ]['value']['sn'][0], 'new');
    $again = ldap_mod_del_ext($ldap, $dn, ['sn' => []], [$asserted]);
    ldap_parse_result($ldap, $again, $code);
    equal($code, 122);
});

step('proxied authorization', function () use ($about, $ada, $people) {
    $ldap = connectTo($about['ldap']);
    ldap_bind($ldap, $ada, 'analysis');
    $control = ['oid' => LDAP_CONTROL_PROXY_AUTHZ, 'iscritical' => true, 'value' => 'dn:' . $about['rootDn']];
    ldap_read($ldap, $people, '(objectClass=*)', [], 0, -1, -1, LDAP_DEREF_NEVER, [$control]);
    isCode($ldap, 123);
});

step('referral', function () use ($others) {
    $ldap = admin();
    $result = ldap_list($ldap, $others, '(cn=*)', ['1.1']);
    $reference = ldap_first_reference($ldap, $result);
    ldap_parse_reference($ldap, $reference, $urls);
    equal($urls, ["ldap://elsewhere.example/$others??base"]);
    $managed = ldap_read($ldap, "cn=elsewhere,$others", '(ref=*)', ['ref'], 0, -1, -1, LDAP_DEREF_NEVER, [['oid' => LDAP_CONTROL_MANAGEDSAIT, 'iscritical' => true]]);
    equal(ldap_count_entries($ldap, $managed), 1);
});

step('root DSE and schema', function () use ($base) {
    $ldap = admin();
    $dse = ldap_get_entries($ldap, ldap_read($ldap, '', '(objectClass=*)', ['*', '+']))[0];
    equal([$dse['namingcontexts'][0], $dse['supportedldapversion'][0]], [$base, '3']);
    $schema = ldap_get_entries($ldap, ldap_read($ldap, $dse['subschemasubentry'][0], '(objectClass=subschema)', ['attributeTypes', 'objectClasses']))[0];
    equal(count(array_filter($schema['objectclasses'], fn ($text) => str_contains((string) $text, "NAME 'inetOrgPerson'"))), 1);
});

exit($failed);
