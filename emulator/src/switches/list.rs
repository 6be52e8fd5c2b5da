//! The switches: of each its name, the question that it stands for, and its values, of which the first is the default.
//!
//! Those of the portal come last.

switches! {
    absent_secret: AbsentSecret, "absent-client-secret",
    "What a PUT without `client_secret` (or with null) does to the secret of a client that has one.",
    { Keep = "keep", Regenerate = "regenerate" }

    auth_method_change: AuthMethodChange, "auth-method-change",
    "What a PUT that changes one `client_secret_*` method into another does to the secret, unless it sends one.",
    { Regenerate = "regenerate", Keep = "keep" }

    put_secret: PutSecret, "put-secret-replaces",
    "Which of two active secrets a PUT with a new `client_secret` overwrites.",
    { Newest = "newest", Oldest = "oldest" }

    omitted_credentials: OmittedCredentials, "omitted-credentials-on-put",
    "What a PUT without `token_endpoint_auth_method`, `pkce_required` or `autoKeyRotation` does to them.",
    { Reset = "reset", Keep = "keep" }

    hide_default: HideDefault, "hide-default",
    "`visibility.hide.{iOS,web}` of an app that was created without them.",
    { Hidden = "hidden", Visible = "visible" }

    issuer_mode_default: IssuerModeDefault, "issuer-mode-default",
    "`issuer_mode` when omitted: depends on the org's custom domain and features.",
    { OrgUrl = "ORG_URL", CustomUrl = "CUSTOM_URL", Dynamic = "DYNAMIC" }

    response_types_default: ResponseTypesDefault, "response-types-default",
    "`response_types` when omitted: what the grant types imply, the registration endpoint's default, or none.",
    { ByGrant = "by-grant", Code = "code", Empty = "empty" }

    page_size: PageSize, "list-page-size",
    "How many apps a list page has when no `limit` is given.",
    { Twenty = "20", Fifty = "50", TwoHundred = "200" }

    duplicate_client_id: DuplicateClientId, "duplicate-client-id",
    "The status of the refusal of a `client_id` that another app has.",
    { BadRequest = "400", Conflict = "409" }

    changed_client_id: ChangedImmutable, "changed-client-id",
    "What a PUT with another `client_id` does.",
    { Refuse = "refuse", Ignore = "ignore" }

    changed_application_type: ChangedType, "changed-application-type",
    "What a PUT with another `application_type` does.",
    { Refuse = "refuse", Ignore = "ignore" }

    lifecycle_repeat: LifecycleRepeat, "lifecycle-repeat",
    "Activating what is active, or deactivating what is inactive.",
    { Accept = "accept", Refuse = "refuse" }

    consent_method: Feature, "consent-method",
    "Whether the org has the consent feature: without it `consent_method` is in no answer.",
    { Shown = "shown", Absent = "absent" }

    participate_slo: SloFeature, "participate-slo",
    "Whether the org has the front-channel logout feature: without it `participate_slo` is in no answer.",
    { Shown = "shown", Absent = "absent" }

    client_id_in_path: ClientIdInPath, "client-id-in-path",
    "Whether a custom `client_id` works where a path has an app id.",
    { Refuse = "refuse", Accept = "accept" }

    duplicate_grant: DuplicateGrant, "duplicate-grant",
    "What granting a scope again does.",
    { Refuse = "refuse", Existing = "existing" }

    oauth_refusal_body: OAuthRefusalBody, "oauth-refusal-body",
    "Whether a 401 or 403 that `WWW-Authenticate` explains has Okta's error as its body too, or none, as was seen of some.",
    { Error = "error", Empty = "empty" }

    client_admin_roles: ClientAdminRoles, "client-admin-roles",
    "Whether an OAuth client needs an admin role besides its scopes (the read-only one lets it read, any other do all), or has all rights, as in an org whose `clientPrivilegesSetting` gives new clients the super admin role.",
    { Assumed = "assumed", Required = "required" }

    client_as_user: ClientAsUser, "client-as-user",
    "How an OAuth client, which is no user, is refused at `/api/v1/users/me`: as a user not found, or for want of a session.",
    { NotFound = "404", InvalidSession = "403" }

    unknown_client: UnknownClient, "unknown-client",
    "How the registration endpoint refuses a `client_id` that nobody has: as a resource not found, or as an invalid client.",
    { NotFound = "404", InvalidClient = "401" }

    repeated_client_id: RepeatedClientId, "repeated-client-id",
    "What `client_id` in the body of a token request does beside the `Authorization` header or an assertion that names the same.",
    { Refuse = "refuse", Accept = "accept" }

    basic_credentials: BasicCredentials, "basic-credentials",
    "How id and secret in a client's `Authorization` header are read: form-encoded, as RFC 6749 has it, or as they are.",
    { FormEncoded = "form-encoded", Raw = "raw" }

    unknown_token_client: UnknownTokenClient, "unknown-token-client",
    "The form in which token endpoints refuse a `client_id` that nobody has: that of RFC 6749, or Okta's own.",
    { OAuth = "oauth", Okta = "okta" }

    chosen_client_credentials: ChosenCredentials, "chosen-client-credentials",
    "What the registration endpoint does with a `client_id` or `client_secret` of the caller's own.",
    { Refuse = "refuse", Ignore = "ignore" }

    omitted_client_settings: OmittedClientSettings, "omitted-client-settings",
    "What a PUT to the registration endpoint without a setting that the client has does.",
    { Refuse = "refuse", Reset = "reset" }

    duplicate_client_names: DuplicateClientNames, "duplicate-client-names",
    "Whether clients may be registered under a name that another has, as apps may have the same label.",
    { Accept = "accept", Refuse = "refuse" }

    group_owners: GroupOwners, "group-owners",
    "Whether the org has the feature of group owners: without it a group's `_links` have no `owners`.",
    { Shown = "shown", Absent = "absent" }

    patch_absent: PatchAbsent, "patch-absent-attribute",
    "What a PATCH of a group's assignment does that replaces or removes an attribute which is not there.",
    { Accept = "accept", Refuse = "refuse" }

    default_policy_mapping: DefaultPolicyMapping, "default-policy-mapping",
    "Whether an app's mapping to the default access policy, which it would fall back to, can be deleted.",
    { Refuse = "refuse", Accept = "accept" }

    without_provisioning: WithoutProvisioning, "without-provisioning",
    "How an app without provisioning refuses to show its connection, or one feature: as not found, or as not enabled.",
    { NotFound = "404", BadRequest = "400" }

    client_app_events: ClientAppEvents, "client-app-events",
    "Which events in the System Log a write to an OAuth client's app leaves: the application's, the client's, or both.",
    { Both = "both", Application = "application", Client = "client" }

    key_status: KeyStatus, "key-status-on-put",
    "The status of a known key that a PUT sends without `status`.",
    { Keep = "keep", Active = "active" }

    jwks_list: JwksList, "jwks-list",
    "The form of the key list: the schema says an array, its example an object around one, Okta's Node and .NET clients `keys`.",
    { Array = "array", Wrapped = "wrapped", Keys = "keys" }

    jwks_with_uri: JwksWithUri, "jwks-with-jwks-uri",
    "What a body with both `jwks` and `jwks_uri` does.",
    { Refuse = "refuse", UriWins = "uri-wins" }

    keyless_private_key_jwt: Keyless, "private-key-jwt-without-keys",
    "Whether `private_key_jwt` needs `jwks` or `jwks_uri` in the same body.",
    { Refuse = "refuse", Accept = "accept" }

    null_fields: NullFields, "null-fields",
    "How an optional field that was sent as null is answered.",
    { Absent = "absent", Null = "null" }

    unknown_fields: UnknownFields, "unknown-fields",
    "Whether properties that nobody documented are dropped, or kept and served (a field of tomorrow).",
    { Drop = "drop", Keep = "keep" }

    universal_logout: UniversalLogout, "universal-logout",
    "What `universalLogout` says, which differs between orgs.",
    { Null = "null", Disabled = "disabled" }

    incomplete_settings: IncompleteSettings, "incomplete-settings",
    "What an app that is no OAuth client gets when its settings lack what its sign-on mode needs: a refusal, or nulls.",
    { Refuse = "refuse", Accept = "accept" }

    empty_relay_state: EmptyRelayState, "empty-relay-state",
    "How an empty `defaultRelayState` of a custom SAML app is answered: as null, as since May 2026, or as it was sent.",
    { Null = "null", Kept = "kept" }

    unknown_signing_key: UnknownSigningKey, "unknown-signing-key",
    "What a PUT with a `credentials.signing.kid` that is none of the app's keys does.",
    { Ignore = "ignore", Refuse = "refuse" }

    delete_after_deactivate: DeleteAfterDeactivate, "delete-after-deactivate",
    "Whether the first DELETE after deactivating an app answers 500, as was seen twice.",
    { Works = "works", FailsOnce = "fails-once" }

    api_access_management: ApiAccessManagement, "api-access-management",
    "Whether the org has API Access Management: without it authorization servers answer 401.",
    { Present = "present", Absent = "absent" }

    default_server_policy: DefaultServerPolicy, "default-server-policy",
    "Whether the authorization server `default` of a new org has a policy with a rule for everybody, or none.",
    { Present = "present", Absent = "absent" }

    active_server_delete: ActiveServerDelete, "active-server-delete",
    "Whether an authorization server must be deactivated before it can be deleted.",
    { Refuse = "refuse", Accept = "accept" }

    system_parts: SystemParts, "system-parts",
    "Whether the scopes and claims that every authorization server has are fixed but for values, or can be renamed and deleted.",
    { Fixed = "fixed", Free = "free" }

    duplicate_server_names: DuplicateServerNames, "duplicate-server-names",
    "Whether authorization servers, or scopes, claims, policies or rules of one place, may share a name.",
    { Refuse = "refuse", Accept = "accept" }

    omitted_server_members: OmittedServerMembers, "omitted-server-members",
    "What a PUT of an authorization server without `issuerMode`, `rotationMode` or token encryption does to them.",
    { Keep = "keep", Reset = "reset" }

    server_priorities: ServerPriorities, "server-priorities",
    "Whether the priorities of an authorization server's policies and rules run from 1 without gaps, or may have gaps.",
    { Sequential = "sequential", Gaps = "gaps" }

    no_matching_policy: NoMatchingPolicy, "no-matching-policy",
    "The status of the refusal of a token because no policy or rule of the authorization server is for the request.",
    { Unauthorized = "401", BadRequest = "400" }

    scopes_outside_rules: ScopesOutsideRules, "scopes-outside-rules",
    "What a rule is that has not all the scopes that are asked for: none that matches, or one that denies the others by name.",
    { NoMatch = "no-match", Denied = "denied" }

    ungranted_scopes: UngrantedScopes, "ungranted-scopes",
    "How the org's own authorization server refuses an `okta.*` scope that the client was not granted.",
    { ConsentRequired = "consent-required", InvalidScope = "invalid-scope" }

    portal_put: PortalPut, "portal-put",
    "What a PUT without an optional key does to it (the required keys must be there either way).",
    { Merges = "merges", Replaces = "replaces" }

    portal_omitted_token: PortalOmittedToken, "portal-omitted-token",
    "What a PUT without `RegistrationAccessToken` does to it, whatever `portal-put` says.",
    { Keep = "keep", Wipe = "wipe" }

    portal_csv: PortalCsv, "portal-csv",
    "How `ResponseTypes` and `GrantType` are stored: as sent, sorted and each value once, or with a space after the comma.",
    { Kept = "kept", Sorted = "sorted", Spaced = "spaced" }

    portal_array_input: PortalArrayInput, "portal-array-input",
    "What a JSON array does where one string with commas, or one value, is asked for.",
    { Joined = "joined", First = "first", Refused = "refused" }

    portal_unknown_enum: PortalUnknownEnum, "portal-unknown-enum",
    "What becomes of a value that no list of values has: refused, stored, or dropped without a word.",
    { Refused = "refused", Stored = "stored", Dropped = "dropped" }

    portal_it_token: PortalItToken, "portal-it-token",
    "Which spelling of the ID token `ResponseTypes` knows; another is an unknown value.",
    { ItToken = "it_token", IdToken = "id_token", Both = "both" }

    portal_unset_enum: PortalUnsetEnum, "portal-unset-enum",
    "How `TokenEndpointAuthMethod` and `OktaAppType` are answered when unset: up to 1.17.0, or from 1.17.1 on.",
    { Empty = "empty", Absent = "absent" }

    portal_okta_without_app_type: PortalOktaWithoutAppType, "portal-okta-without-app-type",
    "Whether a client type of an `Okta` provider needs no `OktaAppType`.",
    { Accepted = "accepted", Refused = "refused" }

    portal_duplicate_name: PortalDuplicateName, "portal-duplicate-name",
    "Whether two providers, or two client types of one provider, may have the same `Name`.",
    { Accepted = "accepted", Refused = "refused" }

    portal_cid: PortalCid, "portal-cid",
    "Whether objects have a `CID`, as since 1.13.0; if not, one that is sent is dropped, and none is good in a path.",
    { Shown = "shown", Hidden = "hidden" }

    portal_post_status: PortalPostStatus, "portal-post-status",
    "The status of a provider or client type that was created.",
    { Ok = "200", Created = "201" }

    portal_plan_list: PortalPlanList, "portal-plan-list",
    "The form of the list of plans: an array, as scripts read it, or an object around one, as its description says.",
    { Array = "array", Data = "data" }

    portal_bad_token: PortalBadToken, "portal-bad-token",
    "What a request without the right token gets: a refusal, or the way to the login page.",
    { Unauthorized = "401", Login = "302" }

    portal_missing_accept: PortalMissingAccept, "portal-missing-accept",
    "What a request without `Accept` gets: before 1.11.0 it crashed the portal.",
    { Ok = "200", Crash = "500" }

    portal_unknown_keys: PortalUnknownKeys, "portal-unknown-keys",
    "Whether keys that nobody documented are dropped, or kept and served (a field of tomorrow).",
    { Dropped = "dropped", Kept = "kept" }
}
