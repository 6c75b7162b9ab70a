<?php
# {{made_by}}
# Members sign in to MediaWiki 1.39 with their MOS password. In LocalSettings.php, at the end:
#   require_once '{{config_dir}}/mos.php';
# The extensions PluggableAuth, LDAPProvider, LDAPAuthentication2 and LDAPAuthorization (branches REL1_39) are not in Debian: unpack
# them into extensions/ and run maintenance/update.php once. PHP's LDAP takes the CA from its environment:
#   LDAPTLS_CACERT={{ca}} LDAPTLS_REQCERT=demand

wfLoadExtensions( [ 'PluggableAuth', 'LDAPProvider', 'LDAPAuthentication2', 'LDAPAuthorization' ] );
$LDAPProviderDomainConfigs = '{{config_dir}}/mos-ldapprovider.json';
# A ban and a new password hold at the next login, because nothing is remembered here.
$LDAPProviderCacheType = CACHE_NONE;
$wgPluggableAuth_Config['{{button}}'] = [
	'plugin' => 'LDAPAuthentication2',
	'data' => [ 'domain' => '{{wiki_domain}}' ],
];
# Beside LDAP, accounts of the wiki's own: the administrator's. Members have no password here.
$wgPluggableAuth_EnableLocalLogin = true;
# The first login makes the account; nobody registers one.
$wgGroupPermissions['*']['autocreateaccount'] = true;
$wgGroupPermissions['*']['createaccount'] = false;
# No password of the wiki's own beside that of MOS: it would outlast a ban. Names, mail and passwords are changed in MOS.
# Who has a right to change them here (bureaucrat: the wiki's own administrator) can.
$wgGroupPermissions['*']['editmyprivateinfo'] = false;
$wgGroupPermissions['bureaucrat']['editmyprivateinfo'] = true;
$wgHooks['SecuritySensitiveOperationStatus'][] = static function ( &$status, $operation, $session ) {
	if ( !$session->getUser()->isAllowed( 'editmyprivateinfo' ) ) {
		$status = MediaWiki\Auth\AuthManager::SEC_FAIL;
	}
};

# --- `mos sync wiki` blocks whoever left, which ends their sessions: a block keeps out.
$wgBlockDisablesLogin = true;
# It writes to the database: what the wiki remembers elsewhere it would not notice.
$wgMainCacheType = CACHE_NONE;
$wgSessionCacheType = CACHE_DB;
