"""The life of a client in an org, lived through Okta's Python SDK: every call's answer is held to what was asked for.

The SDK makes typed objects of all that it is answered and refuses what does not fit. Run by `run`, which serves the org and names it
in the environment.
"""

import asyncio
import base64
import os
import sys
import traceback

import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from jwcrypto import jwk
from okta import models
from okta.client import Client
from okta.pagination import PaginationHelper

ORG = os.environ["OKTA_CLIENT_ORGURL"]
CLIENT_ID = "peer-python-client"
SECRET = "kittiwake over the bow, Python"
MOVED = "gannet under the stern, Python"

# What the steps below leave in the log about their app, in order.
APP_EVENTS = [
    "application.lifecycle.create", "app.oauth2.client.lifecycle.create",
    "application.lifecycle.update", "app.oauth2.client.lifecycle.update",
    "app.oauth2.credentials.lifecycle.create", "app.oauth2.client.read_client_secret",
    "app.oauth2.credentials.lifecycle.deactivate", "app.oauth2.client.read_client_secret",
    "app.oauth2.credentials.lifecycle.delete", "app.oauth2.client.read_client_secret",
    "app.oauth2.credentials.lifecycle.create", "app.oauth2.credentials.lifecycle.create",
    "app.oauth2.credentials.lifecycle.deactivate", "app.oauth2.credentials.lifecycle.activate", "app.oauth2.credentials.lifecycle.delete",
    "app.oauth2.admin.consent.grant", "app.oauth2.admin.consent.revoke",
    "group.application_assignment.add", "group.application_assignment.remove",
    "application.lifecycle.deactivate", "app.oauth2.client.lifecycle.deactivate",
    "application.lifecycle.delete", "app.oauth2.client.lifecycle.delete",
]
# And about their authorization server.
SERVER_EVENTS = [
    "oauth2.as.created", "oauth2.scope.created", "oauth2.claim.created", "policy.lifecycle.create",
    "policy.rule.add", "policy.rule.update", "policy.rule.delete", "policy.lifecycle.delete",
    "oauth2.claim.deleted", "oauth2.scope.deleted", "oauth2.as.deactivated", "oauth2.as.deleted",
]


def service(label, **credentials):
    return models.OpenIdConnectApplication.from_dict({
        "name": "oidc_client",
        "label": label,
        "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"token_endpoint_auth_method": "client_secret_basic", **credentials}},
        "settings": {"oauthClient": {
            "application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"],
        }},
    })


def modulus():
    """The modulus and the exponent of a new RSA key, as a JWK has them."""
    numbers = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key().public_numbers()
    text = lambda number: base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()
    return text(numbers.n), text(numbers.e)


async def done(call):
    """The object of a call that must succeed."""
    answer = await call
    assert answer[-1] is None, answer[-1]
    return answer[0]


async def refused(call, status, code):
    """Asserts that a call is refused with a status and one of Okta's codes."""
    error = (await call)[-1]
    assert error is not None, "it was not refused"
    assert (error.status, error.error_code) == (status, code), error


class Life:
    """The steps, in order, and what they hand on."""

    def __init__(self, client):
        self.okta = client

    async def three_pages_of_apps_are_listed(self):
        for number in range(1, 6):
            made = await done(self.okta.create_application(service(f"Page {number}")))
            assert made.label == f"Page {number}"
        pages, after = [], None
        while True:
            apps, response, error = await self.okta.list_applications(q="Page", limit=2, after=after)
            assert error is None, error
            assert all(type(app) is models.OpenIdConnectApplication for app in apps), apps
            pages.append([app.label for app in apps])
            after = PaginationHelper.extract_next_cursor(response.headers)
            if after is None:
                break
        assert pages == [["Page 1", "Page 2"], ["Page 3", "Page 4"], ["Page 5"]], pages

    async def a_client_is_created_with_an_id_and_a_secret_of_its_own(self):
        app = await done(self.okta.create_application(service("Peer of Python", client_id=CLIENT_ID, client_secret=SECRET)))
        assert type(app) is models.OpenIdConnectApplication
        assert app.id.startswith("0oa") and app.status == "ACTIVE"
        assert app.credentials.oauth_client.client_id == CLIENT_ID
        assert app.credentials.oauth_client.client_secret == SECRET
        assert app.settings.oauth_client.grant_types == ["client_credentials"]
        self.app = app.id
        read = await done(self.okta.get_application(self.app))
        assert read.credentials.oauth_client.client_id == CLIENT_ID
        assert read.credentials.oauth_client.client_secret is None

    async def it_is_updated(self):
        app = await done(self.okta.get_application(self.app))
        app.label = "Peer of Python, renamed"
        app.settings.oauth_client.client_uri = "https://peer.example.com/"
        app.profile = {"team": "peers"}
        updated = await done(self.okta.replace_application(self.app, app))
        assert updated.label == "Peer of Python, renamed"
        assert updated.credentials.oauth_client.client_id == CLIENT_ID
        assert updated.credentials.oauth_client.client_secret == SECRET, "a PUT without the secret keeps it"
        read = await done(self.okta.get_application(self.app))
        assert read.label == "Peer of Python, renamed"
        assert read.settings.oauth_client.client_uri == "https://peer.example.com/"
        assert read.profile == {"team": "peers"}
        app.settings.oauth_client.grant_types = ["authorization_code"]
        await refused(self.okta.replace_application(self.app, app), 400, "E0000001")

    async def a_second_secret_is_added_deactivated_and_deleted(self):
        wanted = models.OAuth2ClientSecretRequestBody.from_dict({"client_secret": MOVED, "status": "ACTIVE"})
        second = await done(self.okta.create_o_auth2_client_secret(self.app, wanted))
        assert second.id.startswith("ocs")
        assert (second.client_secret, second.status) == (MOVED, "ACTIVE")
        secrets = await done(self.okta.list_o_auth2_client_secrets(self.app))
        [first] = [secret for secret in secrets if secret.id != second.id]
        assert first.client_secret == SECRET
        await refused(self.okta.create_o_auth2_client_secret(self.app, wanted), 400, "E0000001")
        await refused(self.okta.delete_o_auth2_client_secret(self.app, second.id), 400, "E0000001")
        off = await done(self.okta.deactivate_o_auth2_client_secret(self.app, second.id))
        assert off.status == "INACTIVE"
        assert (await done(self.okta.get_o_auth2_client_secret(self.app, second.id))).status == "INACTIVE"
        await done(self.okta.delete_o_auth2_client_secret(self.app, second.id))
        left = await done(self.okta.list_o_auth2_client_secrets(self.app))
        assert [(secret.id, secret.status) for secret in left] == [(first.id, "ACTIVE")]

    async def a_key_is_added_and_deleted(self):
        # The SDK's own model of a signing key has no room for the key itself, so these are keys for encryption.
        async def add(kid, status):
            n, e = modulus()
            wanted = models.OAuth2ClientJsonEncryptionKeyRequest(kty="RSA", use="enc", kid=kid, status=status, n=n, e=e)
            added = (await done(self.okta.add_jwk(self.app, models.AddJwkRequest(wanted)))).actual_instance
            assert added.id.startswith("pks")
            assert (added.kid, added.status) == (kid, status)
            return added.id

        async def listed():
            keys = [key.actual_instance for key in await done(self.okta.list_jwk(self.app))]
            return [(key.kid, key.status) for key in keys]

        first, second = await add("first", "ACTIVE"), await add("second", "INACTIVE")
        assert await listed() == [("first", "ACTIVE"), ("second", "INACTIVE")]
        await refused(self.okta.deletejwk(self.app, first), 400, "E0000001")
        on = (await done(self.okta.activate_o_auth2_client_json_web_key(self.app, second))).actual_instance
        assert (on.kid, on.status) == ("second", "ACTIVE")
        off = (await done(self.okta.get_jwk(self.app, first))).actual_instance
        assert (off.kid, off.status) == ("first", "INACTIVE"), "there is one active key for encryption"
        await done(self.okta.deletejwk(self.app, first))
        assert await listed() == [("second", "ACTIVE")]

    async def a_scope_is_granted_listed_and_revoked(self):
        grant = await done(self.okta.grant_consent_to_scope(
            self.app, models.OAuth2ScopeConsentGrant(issuer=ORG, scope_id="okta.groups.read")))
        assert grant.id.startswith("oag")
        assert (grant.scope_id, grant.issuer, grant.client_id) == ("okta.groups.read", ORG, CLIENT_ID)
        listed = await done(self.okta.list_scope_consent_grants(self.app))
        assert [(one.id, one.scope_id, one.status) for one in listed] == [(grant.id, "okta.groups.read", "ACTIVE")]
        assert (await done(self.okta.get_scope_consent_grant(self.app, grant.id))).scope_id == "okta.groups.read"
        await refused(self.okta.grant_consent_to_scope(
            self.app, models.OAuth2ScopeConsentGrant(issuer=ORG, scope_id="okta.nothing")), 400, "E0000001")
        await done(self.okta.revoke_scope_consent_grant(self.app, grant.id))
        assert await done(self.okta.list_scope_consent_grants(self.app)) == []

    async def a_group_is_assigned(self):
        profile = {"name": "Peers of Python", "description": "Who may use it"}
        group = await done(self.okta.add_group(models.AddGroupRequest.from_dict({"profile": profile})))
        assert group.id.startswith("00g")
        self.group = group.id
        assert [found.id for found in await done(self.okta.list_groups(q="Peers of P"))] == [group.id]
        assigned = await done(self.okta.assign_group_to_application(
            self.app, group.id, models.ApplicationGroupAssignment(priority=3)))
        assert (assigned.id, assigned.priority) == (group.id, 3)
        listed = await done(self.okta.list_application_group_assignments(self.app))
        assert [(one.id, one.priority) for one in listed] == [(group.id, 3)]
        await done(self.okta.unassign_application_from_group(self.app, group.id))
        assert await done(self.okta.list_application_group_assignments(self.app)) == []

    async def an_authorization_server_has_a_scope_a_claim_a_policy_and_a_rule(self):
        okta = self.okta
        server = await done(okta.create_authorization_server(models.AuthorizationServer(
            name="Peer of Python", description="Made by a peer", audiences=["api://peer.example.com"])))
        self.server = server.id
        assert server.id.startswith("aus") and server.issuer == f"{ORG}/oauth2/{server.id}"
        assert server.audiences == ["api://peer.example.com"]
        assert server.credentials.signing.rotation_mode == "AUTO"

        scope = await done(okta.create_o_auth2_scope(server.id, models.OAuth2Scope(name="boats:read", description="Read boats")))
        assert (scope.name, scope.consent, scope.default, scope.system) == ("boats:read", "IMPLICIT", False, False)
        scopes = await done(okta.list_o_auth2_scopes(server.id))
        assert any(one.id == scope.id for one in scopes) and any(one.name == "openid" and one.system for one in scopes)

        claim = await done(okta.create_o_auth2_claim(server.id, models.OAuth2Claim.from_dict({
            "name": "fleet", "claimType": "RESOURCE", "valueType": "EXPRESSION", "value": '"north"', "status": "ACTIVE",
            "alwaysIncludeInToken": True, "conditions": {"scopes": ["boats:read"]},
        })))
        assert (claim.name, claim.value, claim.conditions.scopes) == ("fleet", '"north"', ["boats:read"])
        assert claim.id in [one.id for one in await done(okta.list_o_auth2_claims(server.id))]

        policy = await done(okta.create_authorization_server_policy(server.id, models.AuthorizationServerPolicy.from_dict({
            "type": "OAUTH_AUTHORIZATION_POLICY", "name": "Machines", "description": "Only this client", "status": "ACTIVE",
            "priority": 1, "conditions": {"clients": {"include": [CLIENT_ID]}},
        })))
        assert policy.id.startswith("00p") and policy.conditions.clients.include == [CLIENT_ID]

        wanted = {
            "type": "RESOURCE_ACCESS", "name": "An hour", "status": "ACTIVE", "priority": 1,
            "conditions": {
                "people": {"groups": {"include": ["EVERYONE"]}},
                "grantTypes": {"include": ["client_credentials"]},
                "scopes": {"include": ["boats:read"]},
            },
            "actions": {"token": {
                "accessTokenLifetimeMinutes": 60, "refreshTokenLifetimeMinutes": 0, "refreshTokenWindowMinutes": 10080,
            }},
        }
        request = models.AuthorizationServerPolicyRuleRequest
        rule = await done(okta.create_authorization_server_policy_rule(server.id, policy.id, request.from_dict(wanted)))
        assert rule.id.startswith("0pr") and rule.actions.token.access_token_lifetime_minutes == 60
        assert rule.conditions.scopes.include == ["boats:read"]
        wanted["name"] = "Half an hour"
        wanted["actions"]["token"]["accessTokenLifetimeMinutes"] = 30
        replaced = await done(okta.replace_authorization_server_policy_rule(server.id, policy.id, rule.id, request.from_dict(wanted)))
        assert (replaced.name, replaced.actions.token.access_token_lifetime_minutes) == ("Half an hour", 30)
        rules = await done(okta.list_authorization_server_policy_rules(server.id, policy.id))
        assert [(one.id, one.name) for one in rules] == [(rule.id, "Half an hour")]
        keys = await done(okta.list_authorization_server_keys(server.id))
        assert server.credentials.signing.kid in [key.kid for key in keys if key.status == "ACTIVE"]

        await done(okta.delete_authorization_server_policy_rule(server.id, policy.id, rule.id))
        await done(okta.delete_authorization_server_policy(server.id, policy.id))
        await done(okta.delete_o_auth2_claim(server.id, claim.id))
        await done(okta.delete_o_auth2_scope(server.id, scope.id))
        left = await done(okta.list_o_auth2_scopes(server.id))
        assert left and all(one.system for one in left)
        self.scope, self.claim, self.policy, self.rule = scope.id, claim.id, policy.id, rule.id

    async def a_service_app_signs_in_with_its_key(self):
        await self.sign_in("Signs in", "Bearer", {})

    async def a_service_app_signs_in_with_tokens_bound_to_a_key(self):
        await self.sign_in("Signs in, bound", "DPoP", {"dpopEnabled": True})

    async def sign_in(self, label, kind, settings):
        """Makes a service app that may read apps, and lives a little as that app."""
        private = jwk.JWK.generate(kty="RSA", size=2048, kid=label, use="sig", alg="RS256")
        wanted = service(label, token_endpoint_auth_method="private_key_jwt").to_dict()
        wanted["settings"]["oauthClient"] |= {
            "jwks": {"keys": [private.export_public(as_dict=True)]}, "dpop_bound_access_tokens": kind == "DPoP",
        }
        # The SDK's own model has no room for keys that are sent.
        token = {"Authorization": f"SSWS {os.environ['OKTA_CLIENT_TOKEN']}"}
        made = requests.post(f"{ORG}/api/v1/apps", json=wanted, headers=token, timeout=60)
        assert made.ok, made.text
        app = await done(self.okta.get_application(made.json()["id"]))
        grant = models.OAuth2ScopeConsentGrant(issuer=ORG, scopeId="okta.apps.read")
        await done(self.okta.grant_consent_to_scope(app.id, grant))
        config = {
            "orgUrl": ORG, "authorizationMode": "PrivateKey", "clientId": app.credentials.oauth_client.client_id,
            "scopes": ["okta.apps.read"], "privateKey": private.export_private(as_dict=True), "kid": label, **settings,
        }
        async with Client(config) as client:
            read = await done(client.get_application(app.id))
            assert read.label == label
            error = (await client.list_groups())[-1]
            assert error is not None and error.status == 403, error
            _, used, error = await client._request_executor._oauth.get_oauth_token()
            assert (used, error) == (kind, None), (used, error)
        await done(self.okta.deactivate_application(app.id))
        await done(self.okta.delete_application(app.id))

    async def all_of_it_is_deactivated_and_deleted(self):
        await refused(self.okta.delete_application(self.app), 403, "E0000056")
        await done(self.okta.deactivate_application(self.app))
        assert (await done(self.okta.get_application(self.app))).status == "INACTIVE"
        await done(self.okta.delete_application(self.app))
        await refused(self.okta.get_application(self.app), 404, "E0000007")
        await done(self.okta.deactivate_authorization_server(self.server))
        assert (await done(self.okta.get_authorization_server(self.server))).status == "INACTIVE"
        await done(self.okta.delete_authorization_server(self.server))
        await refused(self.okta.get_authorization_server(self.server), 404, "E0000007")
        await done(self.okta.delete_group(self.group))
        assert await done(self.okta.list_groups(q="Peers of P")) == []

    async def the_log_tells_it_all(self):
        events = await self.events(self.app)
        assert events == APP_EVENTS, events
        assert await self.events(self.group) == [
            "group.lifecycle.create", "group.application_assignment.add", "group.application_assignment.remove", "group.lifecycle.delete",
        ]
        events = await self.events(self.server)
        assert events == SERVER_EVENTS, events
        own = lambda prefix: [event for event in SERVER_EVENTS if event.startswith(prefix)]
        assert await self.events(self.scope) == own("oauth2.scope")
        assert await self.events(self.claim) == own("oauth2.claim")
        assert await self.events(self.policy) == own("policy")
        assert await self.events(self.rule) == own("policy.rule")

    async def events(self, target):
        """The events of a target, oldest first, as their types."""
        events = await done(self.okta.list_log_events(filter=f'target.id eq "{target}"'))
        for event in events:
            assert (event.outcome.result, event.actor.type) == ("SUCCESS", "User"), event
            assert target in [one.id for one in event.target], event
        return [event.event_type for event in events]


async def main():
    async with Client({"orgUrl": ORG, "token": os.environ["OKTA_CLIENT_TOKEN"]}) as client:
        life = Life(client)
        steps = [name for name, step in vars(Life).items() if asyncio.iscoroutinefunction(step) and name not in ("events", "sign_in")]
        for name in steps:
            try:
                await getattr(life, name)()
            except Exception:
                traceback.print_exc()
                sys.exit(f"not ok  {name.replace('_', ' ')}")
            print(f"ok  {name.replace('_', ' ')}")


asyncio.run(main())
