<?php
// Asks the directory what MediaWiki's LDAPProvider, LDAPAuthentication2 and LDAPAuthorization (REL1_39) ask at a login, in their order, by the very
// file that they read. php ldap-provider.php FILE NAME, with the password on standard input; prints JSON: who is let in, or why nobody is.
error_reporting(E_ALL & ~E_WARNING & ~E_DEPRECATED);
[, $file, $name] = $argv;
$password = stream_get_contents(STDIN);
$domain = current(json_decode(file_get_contents($file), true, 16, JSON_THROW_ON_ERROR));
$connection = $domain['connection'];

class Refused extends Exception {}

function escaped(string $value): string
{
    return str_replace(['\\', '(', ')', '*', "\x00"], ['\\5c', '\\28', '\\29', '\\2a', '\\00'], $value);
}

/** What the file wants done to a name before it is looked up */
function modified(array $connection, string $name): string
{
    $known = ['spacestounderscores' => fn($name) => str_replace(' ', '_', $name)];
    foreach ($connection['presearchusernamemodifiers'] ?? [] as $each) $name = $known[$each]($name);
    return $name;
}

/** A connection as the service; nothing is sent in the clear. */
function bound(array $connection)
{
    $scheme = $connection['enctype'] === 'ssl' ? 'ldaps' : 'ldap';
    $ldap = ldap_connect("$scheme://{$connection['server']}:{$connection['port']}");
    foreach (['LDAP_OPT_PROTOCOL_VERSION' => 3, 'LDAP_OPT_REFERRALS' => 0, ...$connection['options']] as $option => $value)
        if (!ldap_set_option($ldap, constant($option), $value)) throw new Refused("can't set $option");
    if ($connection['enctype'] === 'tls' && !ldap_start_tls($ldap)) throw new Refused('StartTLS failed: ' . ldap_error($ldap));
    asService($ldap, $connection);
    return $ldap;
}

function asService($ldap, array $connection): void
{
    if (!ldap_bind($ldap, $connection['user'], $connection['pass'])) throw new Refused('the service is refused: ' . ldap_error($ldap));
}

function search($ldap, string $base, string $filter, array $attributes): array
{
    $result = ldap_search($ldap, $base, $filter, $attributes, 0, 0, 0, 0);
    if ($result === false) throw new Refused("no answer to $filter: " . ldap_error($ldap));
    return ldap_get_entries($ldap, $result);
}

function dnOf($ldap, array $connection, string $name): string
{
    $filter = "({$connection['searchattribute']}=" . escaped(modified($connection, $name)) . ')';
    $entries = search($ldap, $connection['basedn'], $filter, ['*', 'memberof']);
    return $entries['count'] === 0 ? '' : $entries[0]['dn'];
}

/** Attributes by name in lower case; one value is text, several are a list. */
function infoOf($ldap, array $connection, string $name): array
{
    // what LDAPProvider asks for when the file names nothing
    $attributes = $connection['userinfoattributes'] ?? ['description', 'givenname', 'displayname', 'memberof', 'name', 'mail', 'dn', 'cn', 'sn', 'uid'];
    if (!in_array('memberof', $attributes)) $attributes[] = 'memberof';
    $filter = "({$connection['searchattribute']}=" . escaped(modified($connection, $name)) . ')';
    $entries = search($ldap, $connection['userbasedn'], $filter, $attributes);
    if ($entries['count'] !== 1) throw new Refused("{$entries['count']} entries answer to $filter");
    $info = ['dn' => $entries[0]['dn']];
    foreach ($entries[0] as $key => $values)
        if (is_array($values)) $info[$key] = $values['count'] === 1 ? $values[0] : array_slice($values, 1);
    return $info;
}

function one(array $info, string $attribute): string
{
    $value = $info[$attribute] ?? '';
    return is_array($value) ? $value[0] : $value;
}

/** Each rule must hold; of several values of an attribute the first counts. */
function authorized(array $rules, array $info): bool
{
    foreach ($rules as $attribute => $wanted) {
        if (!array_key_exists($attribute, $info)) return false;
        $value = is_array($info[$attribute]) ? $info[$attribute][0] : $info[$attribute];
        if (!in_array($value, (array) $wanted)) return false;
    }
    return $rules !== [];
}

function groupsOf($ldap, array $connection, string $name): array
{
    if (!str_ends_with($connection['grouprequest'], '\\Configurable::factory')) throw new Refused('another request for groups');
    $member = escaped(dnOf($ldap, $connection, $name));
    $filter = "(&(objectclass={$connection['groupobjectclass']})({$connection['groupattribute']}=$member))";
    $entries = search($ldap, $connection['groupbasedn'], $filter, ['dn']);
    $groups = array_map(fn($index) => $entries[$index]['dn'], array_keys(array_fill(0, $entries['count'], 0)));
    sort($groups);
    return $groups;
}

try {
    // LDAPAuthentication2: find, bind as who was found, and be the service again
    $ldap = bound($connection);
    $dn = dnOf($ldap, $connection, $name);
    if ($dn === '') throw new Refused('nobody of this name');
    if (!ldap_bind($ldap, $dn, $password)) throw new Refused('the password is refused: ' . ldap_error($ldap));
    asService($ldap, $connection);
    $info = infoOf($ldap, $connection, $name);
    $account = one($info, $connection['usernameattribute']);
    if ($account === '') throw new Refused("the entry has no {$connection['usernameattribute']}");
    // as MediaWiki makes a name of it
    $account = str_replace('_', ' ', $account);
    $wikiName = mb_strtoupper(mb_substr($account, 0, 1)) . mb_substr($account, 1);
    // LDAPAuthorization, in the request after: by the name in the wiki
    $second = bound($connection);
    if (!authorized($domain['authorization']['rules']['attributes'], infoOf($second, $connection, $wikiName)))
        throw new Refused('the rules of authorization refuse it');
    // and a bind on a connection that has searched before
    if (!ldap_bind($second, $dn, $password)) throw new Refused('the second bind is refused: ' . ldap_error($second));
    asService($second, $connection);
    $in = [
        'name' => $wikiName,
        'realName' => one($info, $connection['realnameattribute']),
        'mail' => one($info, $connection['emailattribute']),
        'groups' => groupsOf($second, $connection, $wikiName),
    ];
    print json_encode(['in' => $in], JSON_THROW_ON_ERROR);
} catch (Refused $refused) {
    print json_encode(['refused' => $refused->getMessage()], JSON_THROW_ON_ERROR);
}
