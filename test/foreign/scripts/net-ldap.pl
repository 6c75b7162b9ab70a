# What Net::LDAP can ask of a directory. Prints a line for each step: ok NAME, or not ok NAME: why.
use strict;
use warnings;
use utf8;
use Encode qw(decode_utf8 encode_utf8);
use JSON::PP;
use Net::LDAP;
use Net::LDAP::Constant qw(LDAP_CONTROL_PAGED);
use Net::LDAP::Control::Assertion;
use Net::LDAP::Control::ManageDsaIT;
use Net::LDAP::Control::MatchedValues;
use Net::LDAP::Control::Paged;
use Net::LDAP::Control::PasswordPolicy;
use Net::LDAP::Control::PostRead;
use Net::LDAP::Control::PreRead;
use Net::LDAP::Control::ProxyAuth;
use Net::LDAP::Control::Sort;
use Net::LDAP::Control::SyncRequest;
use Net::LDAP::Extension::Cancel;
use Net::LDAP::Extension::SetPassword;
use Net::LDAP::Extension::WhoAmI;
use Net::LDAP::LDIF;

my $about  = decode_json($ARGV[0]);
my $base   = $about->{base};
my $people = "ou=people,$base";
my $others = "ou=others,$base";
my $ada    = "uid=ada,$people";
my $failed = 0;

sub equal {
    my ($found, $expected) = map { ref $_ ? JSON::PP->new->canonical->encode($_) : "$_" } @_;
    die "$found is not $expected\n" if $found ne $expected;
}

# The result must be that one.
sub is_code {
    my ($result, $code) = @_;
    die sprintf("%d (%s) is not %d\n", $result->code, $result->error, $code) if $result->code != $code;
    return $result;
}

sub secured { return (verify => 'require', cafile => shift) }

sub admin {
    my $ldap = Net::LDAP->new($about->{ldap}) or die $@;
    is_code($ldap->bind($about->{rootDn}, password => $about->{rootPassword}), 0);
    return $ldap;
}

sub names { return [sort map { $_->get_value('uid') } shift->entries] }

sub step {
    my ($name, $code) = @_;
    if (eval { $code->(); 1 }) { print "ok $name\n"; return }
    $failed = 1;
    (my $why = $@) =~ s/\s+/ /g;
    print encode_utf8("not ok $name: $why\n");
}

step 'StartTLS' => sub {
    my $ldap = Net::LDAP->new($about->{ldapByName}) or die $@;
    is_code($ldap->start_tls(secured($about->{ca})), 0);
    is_code($ldap->bind($ada, password => 'analysis'), 0);
    equal($ldap->who_am_i->response, "dn:$ada");
    my $foreign = Net::LDAP->new($about->{ldapByName}) or die $@;
    my $result = $foreign->start_tls(secured($about->{foreignCa}));
    die "it was not refused\n" if $result->code == 0;
};

step 'ldaps' => sub {
    my $ldap = Net::LDAP->new($about->{ldaps}, secured($about->{ca})) or die $@;
    is_code($ldap->bind($ada, password => 'analysis'), 0);
    die "it was not refused\n" if Net::LDAP->new($about->{ldaps}, secured($about->{foreignCa}));
};

step 'bind' => sub {
    my $ldap = Net::LDAP->new($about->{ldap}) or die $@;
    is_code($ldap->bind($ada, password => 'wrong'), 49);
    is_code($ldap->bind("uid=nobody,$people", password => 'wrong'), 49);
    is_code($ldap->bind, 0);
    equal($ldap->who_am_i->response // '', '');
};

step 'search' => sub {
    my $ldap = admin();
    my $found = is_code($ldap->search(base => $people, scope => 'one', filter => '(&(objectClass=inetOrgPerson)(uid=ada))', attrs => ['cn', 'jpegPhoto']), 0);
    equal($found->count, 1);
    equal($found->entry(0)->dn, $ada);
    equal(decode_utf8($found->entry(0)->get_value('cn')), 'Ada Lövelace 🦊');
    equal(unpack('H*', $found->entry(0)->get_value('jpegPhoto')), $about->{photo});
    equal($ldap->search(base => $people, filter => '(uid=p1*)')->count, 100);
    equal(is_code($ldap->search(base => $people, filter => '(uid=p*)', sizelimit => 7), 4)->count, 7);
    my $cn = encode_utf8('ADA  LÖVELACE 🦊');
    equal($ldap->search(base => $people, filter => "(cn=$cn)", typesonly => 1)->count, 1);
};

step 'paged results' => sub {
    my $ldap = admin();
    my $page = Net::LDAP::Control::Paged->new(size => 60, critical => 1);
    my ($pages, %names) = (0);
    while (1) {
        my $found = is_code($ldap->search(base => $people, filter => '(uid=p*)', attrs => ['uid'], control => [$page]), 0);
        $names{$_}++ for @{ names($found) };
        $pages++;
        my ($answer) = $found->control(LDAP_CONTROL_PAGED) or die "no control\n";
        my $cookie = $answer->cookie or last;
        last if $cookie eq '';
        $page->cookie($cookie);
    }
    equal([$pages, scalar keys %names], [4, 200]);
};

step 'sort and matched values' => sub {
    my $ldap = admin();
    my $sort = Net::LDAP::Control::Sort->new(order => '-uid', critical => 1);
    my $found = is_code($ldap->search(base => $people, filter => '(uid=p00*)', attrs => ['uid'], control => [$sort]), 0);
    equal([map { $_->get_value('uid') } $found->entries], [map { "p00$_" } reverse 0 .. 9]);
    my $matched = Net::LDAP::Control::MatchedValues->new(matchedValues => '((objectClass=device))');
    my $part = is_code($ldap->search(base => "cn=counter,$others", scope => 'base', filter => '(objectClass=*)', attrs => ['objectClass'], control => [$matched]), 0);
    equal([map { lc } $part->entry(0)->get_value('objectClass')], ['device']);
};

step 'no such object' => sub {
    my $result = is_code(admin()->search(base => "cn=x,uid=nobody,$people", scope => 'base', filter => '(objectClass=*)'), 32);
    equal($result->dn, $people);
};

step 'add' => sub {
    my $ldap = admin();
    my @eve = (attrs => [objectClass => 'inetOrgPerson', uid => 'eve', cn => 'Eve', sn => 'Eve', description => ['eins', 'zwei']]);
    is_code($ldap->add("uid=eve,$people", @eve), 0);
    is_code($ldap->add("uid=eve,$people", @eve), 68);
    is_code($ldap->add("uid=x,$people", attrs => [objectClass => 'inetOrgPerson', uid => 'x']), 65);
};

step 'modify' => sub {
    my $ldap = admin();
    my $dn = "uid=eve,$people";
    is_code($ldap->modify($dn, changes => [add => [mail => 'eve@example.org'], delete => [description => 'eins'], replace => [sn => encode_utf8('Üxküll')]]), 0);
    my $entry = $ldap->search(base => $dn, scope => 'base', filter => '(objectClass=*)', attrs => ['mail', 'description', 'sn'])->entry(0);
    equal([map { decode_utf8($entry->get_value($_)) } qw(mail description sn)], ['eve@example.org', 'zwei', 'Üxküll']);
    is_code($ldap->modify($dn, add => { mail => 'EVE@example.org' }), 20);
    is_code($ldap->modify($dn, delete => { mail => 'x@example.org' }), 16);
    $entry->replace(mail => 'e@example.org');
    is_code($entry->update($ldap), 0);
    is_code($ldap->modify("cn=counter,$others", increment => { uidNumber => 7 }), 0);
};

step 'compare' => sub {
    my $ldap = admin();
    is_code($ldap->compare($ada, attr => 'uid', value => 'ADA'), 6);
    is_code($ldap->compare($ada, attr => 'uid', value => 'eve'), 5);
    is_code($ldap->compare($ada, attr => 'mail', value => 'x'), 16);
};

step 'rename' => sub {
    my $ldap = admin();
    is_code($ldap->moddn("uid=eve,$people", newrdn => 'uid=eva', deleteoldrdn => 0), 0);
    is_code($ldap->moddn("uid=eva,$people", newrdn => 'uid=eva', newsuperior => $others, deleteoldrdn => 1), 0);
    my $entry = $ldap->search(base => "uid=eva,$others", scope => 'base', filter => '(uid=eve)', attrs => ['uid'])->entry(0);
    equal([sort $entry->get_value('uid')], ['eva', 'eve']);
};

step 'delete' => sub {
    my $ldap = admin();
    is_code($ldap->delete($others), 66);
    is_code($ldap->delete("uid=eva,$others"), 0);
    is_code($ldap->delete("uid=eva,$others"), 32);
};

step 'password modify' => sub {
    my $dn = "uid=p000,$people";
    is_code(admin()->set_password(user => $dn, newpasswd => 'a first password'), 0);
    my $ldap = Net::LDAP->new($about->{ldap}) or die $@;
    is_code($ldap->bind($dn, password => 'a first password'), 0);
    is_code($ldap->set_password(oldpasswd => 'wrong', newpasswd => 'a second password'), 53);
    is_code($ldap->set_password(oldpasswd => 'a first password', newpasswd => 'a second password'), 0);
    is_code($ldap->bind($dn, password => 'a first password'), 49);
    is_code($ldap->bind($dn, password => 'a second password'), 0);
    my $made = is_code($ldap->set_password(oldpasswd => 'a second password'), 0)->gen_password;
    is_code($ldap->bind($dn, password => $made), 0);
};

step 'password policy' => sub {
    my $ldap = Net::LDAP->new($about->{ldap}) or die $@;
    my $result = is_code($ldap->bind($ada, password => 'analysis', control => [Net::LDAP::Control::PasswordPolicy->new]), 0);
    my ($policy) = $result->control('1.3.6.1.4.1.42.2.27.8.5.1') or die "no control\n";
    equal($policy->pp_error // 'none', 'none');
};

step 'read before and after, assertion' => sub {
    my $ldap = admin();
    my @sn = (attrs => ['sn'], critical => 1);
    my $dn = "uid=p001,$people";
    my $asserted = Net::LDAP::Control::Assertion->new(assertion => '(sn=p001)', critical => 1);
    my $result = is_code($ldap->modify($dn, replace => { sn => 'new' }, control => [Net::LDAP::Control::PreRead->new(@sn), Net::LDAP::Control::PostRead->new(@sn), $asserted]), 0);
    my ($before) = $result->control('1.3.6.1.1.13.1') or die "no entry before\n";
    my ($after) = $result->control('1.3.6.1.1.13.2') or die "no entry after\n";
    equal([map { $_->entry->get_value('sn') } $before, $after], ['p001', 'new']);
    is_code($ldap->modify($dn, delete => ['sn'], control => [$asserted]), 122);
};

step 'proxied authorization' => sub {
    my $control = Net::LDAP::Control::ProxyAuth->new(authzID => "dn:$about->{rootDn}");
    my $ldap = Net::LDAP->new($about->{ldap}) or die $@;
    is_code($ldap->bind($ada, password => 'analysis'), 0);
    is_code($ldap->search(base => $people, scope => 'base', filter => '(objectClass=*)', control => [$control]), 123);
};

step 'referral' => sub {
    my $ldap = admin();
    my $found = is_code($ldap->search(base => $others, scope => 'one', filter => '(cn=*)', attrs => ['1.1']), 0);
    equal([$found->references], ["ldap://elsewhere.example/$others??base"]);
    my $managed = is_code($ldap->search(base => "cn=elsewhere,$others", scope => 'base', filter => '(ref=*)', control => [Net::LDAP::Control::ManageDsaIT->new(critical => 1)]), 0);
    equal($managed->count, 1);
};

step 'root DSE and schema' => sub {
    my $ldap = admin();
    my $dse = $ldap->root_dse;
    equal([$dse->get_value('namingContexts')], [$base]);
    die "no paged results\n" unless $dse->supported_control(LDAP_CONTROL_PAGED);
    my $schema = $ldap->schema or die "no schema\n";
    equal($schema->objectclass('inetOrgPerson')->{oid}, '2.16.840.1.113730.3.2.2');
    die "no uid\n" unless grep { $_->{name} eq 'uid' } $schema->may('inetOrgPerson');
    equal(scalar(grep { !$_->{oid} } $schema->all_attributes, $schema->all_objectclasses, $schema->all_syntaxes, $schema->all_matchingrules), 0);
    equal($schema->attribute_syntax('uid')->{oid}, '1.3.6.1.4.1.1466.115.121.1.15');
};

step 'content synchronization' => sub {
    my $ldap = admin();
    my $found = is_code($ldap->search(base => $people, filter => '(uid=p00*)', control => [Net::LDAP::Control::SyncRequest->new(mode => 1, critical => 1)]), 0);
    equal($found->count, 10);
    my ($done) = $found->control('1.3.6.1.4.1.4203.1.9.1.3') or die "no cookie\n";
    die "no cookie\n" unless length $done->cookie;
};

step 'LDIF' => sub {
    my $ldap = admin();
    my $text = "dn: uid=lil,$people\nchangetype: add\nobjectClass: inetOrgPerson\nuid: lil\ncn: lil\nsn: lil\n\n"
      . "dn: uid=lil,$people\nchangetype: modify\nadd: mail\nmail: lil\@example.org\n-\n\ndn: uid=lil,$people\nchangetype: delete\n\n";
    open my $handle, '<', \$text or die $!;
    my $ldif = Net::LDAP::LDIF->new($handle, 'r', onerror => 'die');
    while (my $entry = $ldif->read_entry) { is_code($entry->update($ldap), 0) }
};

exit $failed;
