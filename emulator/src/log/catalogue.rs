//! The types of events that writes leave, by Okta's names.

macro_rules! kinds {
    ($( $kind:ident = $name:literal, $message:literal; )+) => {
        /// A type of event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Kind {
            $( $kind, )+
        }

        impl Kind {
            pub(super) fn name(self) -> &'static str {
                match self {
                    $( Self::$kind => $name, )+
                }
            }
        }

        /// The names of all types.
        pub(super) const NAMES: &[&str] = &[$( $name ),+];

        /// Returns what an event of a type says in a few words.
        pub(super) fn message(name: &str) -> &'static str {
            match name {
                $( $name => $message, )+
                _ => "",
            }
        }
    };
}

kinds! {
    AppCreate = "application.lifecycle.create", "Create application";
    AppUpdate = "application.lifecycle.update", "Update application";
    AppActivate = "application.lifecycle.activate", "Activate application";
    AppDeactivate = "application.lifecycle.deactivate", "Deactivate application";
    AppDelete = "application.lifecycle.delete", "Delete application";
    BrokerEnable = "application.configuration.enable_fed_broker_mode", "Enable federation broker mode";
    BrokerDisable = "application.configuration.disable_fed_broker_mode", "Disable federation broker mode";
    LogoUpdate = "application.configuration.update_logo", "Update application logo";
    ClientCreate = "app.oauth2.client.lifecycle.create", "Create OAuth client";
    ClientUpdate = "app.oauth2.client.lifecycle.update", "Update OAuth client";
    ClientActivate = "app.oauth2.client.lifecycle.activate", "Activate OAuth client";
    ClientDeactivate = "app.oauth2.client.lifecycle.deactivate", "Deactivate OAuth client";
    SecretRead = "app.oauth2.client.read_client_secret", "Read secret of OAuth client";
    ClientDelete = "app.oauth2.client.lifecycle.delete", "Delete OAuth client";
    CredentialCreate = "app.oauth2.credentials.lifecycle.create", "Create OAuth client credentials";
    CredentialActivate = "app.oauth2.credentials.lifecycle.activate", "Activate OAuth client credentials";
    CredentialDeactivate = "app.oauth2.credentials.lifecycle.deactivate", "Deactivate OAuth client credentials";
    CredentialDelete = "app.oauth2.credentials.lifecycle.delete", "Delete OAuth client credentials";
    KeyGenerate = "app.keys.generate", "Generate key for application";
    KeyClone = "app.keys.clone", "Clone key to application";
    KeyRotate = "app.keys.rotate", "Rotate key of application";
    RequestGenerate = "app.app_instance.csr.generate", "Generate certificate signing request for application";
    RequestPublish = "app.app_instance.csr.publish", "Publish certificate signing request of application";
    RequestRevoke = "app.app_instance.csr.revoke", "Revoke certificate signing request of application";
    ConsentGrant = "app.oauth2.admin.consent.grant", "Grant scope to OAuth client";
    ConsentRevoke = "app.oauth2.admin.consent.revoke", "Revoke scope of OAuth client";
    PrivilegeGrant = "app.oauth2.client.privilege.grant", "Grant privilege to OAuth client";
    PrivilegeRevoke = "app.oauth2.client.privilege.revoke", "Revoke privilege of OAuth client";
    TokenGrant = "app.oauth2.token.grant.access_token", "OIDC access token is granted";
    TokenRevoke = "app.oauth2.token.revoke", "OIDC token revocation request";
    ServerTokenGrant = "app.oauth2.as.token.grant.access_token", "OAuth2 access token is granted";
    ServerTokenRevoke = "app.oauth2.as.token.revoke", "OAuth2 token revocation request";
    AssignmentAdd = "group.application_assignment.add", "Assign application to group";
    AssignmentUpdate = "group.application_assignment.update", "Update application assignment of group";
    AssignmentRemove = "group.application_assignment.remove", "Remove application from group";
    GroupCreate = "group.lifecycle.create", "Create group";
    GroupUpdate = "group.profile.update", "Update group profile";
    GroupDelete = "group.lifecycle.delete", "Delete group";
    PolicyCreate = "policy.lifecycle.create", "Create policy";
    PolicyUpdate = "policy.lifecycle.update", "Update policy";
    PolicyDelete = "policy.lifecycle.delete", "Delete policy";
    MappingCreate = "policy.mapping.create", "Assign policy to application";
    PolicyActivate = "policy.lifecycle.activate", "Activate policy";
    PolicyDeactivate = "policy.lifecycle.deactivate", "Deactivate policy";
    RuleAdd = "policy.rule.add", "Add rule to policy";
    RuleUpdate = "policy.rule.update", "Update rule of policy";
    RuleActivate = "policy.rule.activate", "Activate rule of policy";
    RuleDeactivate = "policy.rule.deactivate", "Deactivate rule of policy";
    RuleDelete = "policy.rule.delete", "Delete rule of policy";
    ServerCreate = "oauth2.as.created", "Create authorization server";
    ServerUpdate = "oauth2.as.updated", "Update authorization server";
    ServerActivate = "oauth2.as.activated", "Activate authorization server";
    ServerDeactivate = "oauth2.as.deactivated", "Deactivate authorization server";
    ServerDelete = "oauth2.as.deleted", "Delete authorization server";
    KeyRollover = "app.oauth2.as.key.rollover", "Rotate keys of authorization server";
    TrustAdd = "app.oauth2.trusted_server.add", "Trust authorization server";
    TrustDelete = "app.oauth2.trusted_server.delete", "Trust authorization server no longer";
    ScopeCreate = "oauth2.scope.created", "Create scope";
    ScopeUpdate = "oauth2.scope.updated", "Update scope";
    ScopeDelete = "oauth2.scope.deleted", "Delete scope";
    ClaimCreate = "oauth2.claim.created", "Create claim";
    ClaimUpdate = "oauth2.claim.updated", "Update claim";
    ClaimDelete = "oauth2.claim.deleted", "Delete claim";
}
