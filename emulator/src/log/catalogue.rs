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
    ClientCreate = "app.oauth2.client.lifecycle.create", "Create OAuth client";
    ClientUpdate = "app.oauth2.client.lifecycle.update", "Update OAuth client";
    ClientActivate = "app.oauth2.client.lifecycle.activate", "Activate OAuth client";
    ClientDeactivate = "app.oauth2.client.lifecycle.deactivate", "Deactivate OAuth client";
    ClientDelete = "app.oauth2.client.lifecycle.delete", "Delete OAuth client";
    CredentialCreate = "app.oauth2.credentials.lifecycle.create", "Create OAuth client credentials";
    CredentialActivate = "app.oauth2.credentials.lifecycle.activate", "Activate OAuth client credentials";
    CredentialDeactivate = "app.oauth2.credentials.lifecycle.deactivate", "Deactivate OAuth client credentials";
    CredentialDelete = "app.oauth2.credentials.lifecycle.delete", "Delete OAuth client credentials";
    ConsentGrant = "app.oauth2.admin.consent.grant", "Grant scope to OAuth client";
    ConsentRevoke = "app.oauth2.admin.consent.revoke", "Revoke scope of OAuth client";
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
}
