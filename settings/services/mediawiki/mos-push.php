<?php
# {{made_by}}
# MediaWiki 1.39 without the LDAP extensions: `mos sync wiki` writes members' accounts and password hashes into the wiki's database.
# In LocalSettings.php, at the end, instead of mos.php:
#   require_once '{{config_dir}}/mos-push.php';

# Nobody registers an account.
$wgGroupPermissions['*']['createaccount'] = false;
# Names, mail and passwords are changed in MOS. Who has a right to change them here (bureaucrat: the wiki's own administrator) can.
$wgGroupPermissions['*']['editmyprivateinfo'] = false;
$wgGroupPermissions['bureaucrat']['editmyprivateinfo'] = true;
$wgHooks['SecuritySensitiveOperationStatus'][] = static function ( &$status, $operation, $session ) {
	if ( !$session->getUser()->isAllowed( 'editmyprivateinfo' ) ) {
		$status = MediaWiki\Auth\AuthManager::SEC_FAIL;
	}
};
# `mos sync wiki` blocks whoever left: a block keeps out.
$wgBlockDisablesLogin = true;
# Hashes as MOS has them, so that the wiki does not make others of them at a login.
$wgPasswordDefault = 'argon2';
$wgPasswordConfig['argon2'] = [
	'class' => Argon2Password::class,
	'algo' => 'argon2id',
	'memory_cost' => 19456,
	'time_cost' => 2,
	'threads' => 1,
];
# The database is written to from outside: what the wiki remembers elsewhere it would not notice.
$wgMainCacheType = CACHE_NONE;
$wgSessionCacheType = CACHE_DB;
