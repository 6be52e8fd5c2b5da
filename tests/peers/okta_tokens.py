"""Tokens of the org in the hands of others: got with curl, used by Okta's Python SDK, and verified by PyJWT.

Run by `run`, which serves the org and names it in the environment.
"""

import asyncio
import base64
import json
import os
import subprocess
import sys
import traceback

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from okta.client import Client

ORG = os.environ["OKTA_CLIENT_ORGURL"]
SECRET = "kittiwake-over-the-bow-with-a-token"
SCOPES = ["okta.apps.read", "okta.logs.read"]


def curl(path, *more):
    """The status and the JSON of an answer to curl."""
    command = ["curl", "--silent", "--show-error", "--write-out", "\n%{http_code}", ORG + path, *more]
    body, status = subprocess.run(command, check=True, capture_output=True, text=True).stdout.rsplit("\n", 1)
    return int(status), json.loads(body) if body else None


def verified(token, server, audience):
    """The claims of a token that a key of its issuer's set has signed."""
    keys = jwt.PyJWKClient(f"{ORG}{server or '/oauth2'}/v1/keys")
    key = keys.get_signing_key_from_jwt(token).key
    return jwt.decode(token, key, algorithms=["RS256"], audience=audience, issuer=ORG + server)


async def done(call):
    """The object of a call that must succeed."""
    answer = await call
    assert answer[-1] is None, answer[-1]
    return answer[0]


def sent(path, body):
    """What is answered to a body that the org's API token sends. The SDK's models of keys are those of answers."""
    status, answer = curl(
        path, "--header", f"authorization: SSWS {os.environ['OKTA_CLIENT_TOKEN']}", "--header", "content-type: application/json",
        "--data", json.dumps(body),
    )
    assert status in (200, 201), answer
    return answer


def service(client_id, credentials, **settings):
    """A service app that was made."""
    return sent("/api/v1/apps", {
        "name": "oidc_client",
        "label": client_id,
        "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"client_id": client_id, **credentials}},
        "settings": {"oauthClient": {
            "application_type": "service", "grant_types": ["client_credentials"], "response_types": ["token"], **settings,
        }},
    })


class Tokens:
    """The steps, in order."""

    def __init__(self):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption(),
        ).decode()
        numbers = key.public_key().public_numbers()
        text = lambda number: base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()
        self.public = {"kty": "RSA", "kid": "own", "n": text(numbers.n), "e": text(numbers.e)}

    async def a_token_got_with_curl_as_in_oktas_guide_is_verified_by_a_stranger(self):
        sent("/api/v1/authorizationServers/default/scopes", {"name": "customScope"})
        service("peer-with-curl", {"token_endpoint_auth_method": "client_secret_basic", "client_secret": SECRET})
        basic = base64.b64encode(f"peer-with-curl:{SECRET}".encode()).decode()
        status, issued = curl(
            "/oauth2/default/v1/token", "--request", "POST", "--header", "accept: application/json",
            "--header", f"authorization: Basic {basic}", "--header", "content-type: application/x-www-form-urlencoded",
            "--data", "grant_type=client_credentials&scope=customScope",
        )
        assert (status, issued["token_type"], issued["expires_in"], issued["scope"]) == (200, "Bearer", 3600, "customScope"), issued
        claims = verified(issued["access_token"], "/oauth2/default", "api://default")
        assert (claims["cid"], claims["sub"], claims["scp"]) == ("peer-with-curl", "peer-with-curl", ["customScope"]), claims
        about = ["--header", f"authorization: Basic {basic}", "--data-urlencode", f"token={issued['access_token']}"]
        status, told = curl("/oauth2/default/v1/introspect", *about)
        assert (status, told["active"], told["jti"]) == (200, True, claims["jti"]), told
        assert curl("/oauth2/default/v1/revoke", *about) == (200, None)
        assert curl("/oauth2/default/v1/introspect", *about) == (200, {"active": False})

    async def the_sdk_works_with_a_token_of_the_org(self):
        token = await self.used("peer-with-token", False)
        assert "cnf" not in verified(token, "", ORG)

    async def the_sdk_works_with_a_token_that_is_bound_to_its_key(self):
        token = await self.used("peer-with-proofs", True)
        assert verified(token, "", ORG)["cnf"]["jkt"]
        assert curl("/api/v1/apps", "--header", f"authorization: Bearer {token}")[0] == 400

    async def used(self, client_id, bound):
        """The token that the SDK got and used as a client of its own."""
        keys = {"keys": [self.public]}
        app = service(client_id, {"token_endpoint_auth_method": "private_key_jwt"}, jwks=keys, dpop_bound_access_tokens=bound)
        for scope in SCOPES:
            sent(f"/api/v1/apps/{app['id']}/grants", {"issuer": ORG, "scopeId": scope})
        settings = {
            "orgUrl": ORG, "authorizationMode": "PrivateKey", "clientId": client_id, "scopes": SCOPES, "privateKey": self.pem, "kid": "own",
            "dpopEnabled": bound,
        }
        async with Client(settings) as client:
            for _ in range(2):
                assert client_id in [app.label for app in await done(client.list_applications(limit=200))]
            granted = await done(client.list_log_events(filter=f'client.id eq "{client_id}"'))
            assert [event.event_type for event in granted] == ["app.oauth2.token.grant.access_token"], granted
            token, kind, error = await client.get_request_executor()._oauth.get_oauth_token()
            assert (kind, error) == ("DPoP" if bound else "Bearer", None)
            return token


async def main():
    tokens = Tokens()
    for name in [name for name in vars(Tokens) if name.startswith(("a_", "the_"))]:
        try:
            await getattr(tokens, name)()
        except Exception:
            traceback.print_exc()
            sys.exit(f"not ok  {name.replace('_', ' ')}")
        print(f"ok  {name.replace('_', ' ')}")


asyncio.run(main())
