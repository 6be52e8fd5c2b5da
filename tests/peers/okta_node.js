// The life of a client in an org, lived through Okta's Node SDK: every call's answer is held to what was asked for.
//
// Run by `run`, which serves the org and names it in the environment.
'use strict';

const assert = require('node:assert/strict');
const { generateKeyPairSync } = require('node:crypto');
const okta = require('@okta/okta-sdk-nodejs');

const { OKTA_CLIENT_ORGURL: org, OKTA_CLIENT_TOKEN: token } = process.env;
const client = new okta.Client({ orgUrl: org, token });
const {
  applicationApi: apps, applicationSSOPublicKeysApi: credentials, authorizationServerApi: servers, groupApi: groups, systemLogApi: log,
} = client;

const CLIENT_ID = 'peer-node-client';
const SECRET = 'kittiwake over the bow, Node';
const MOVED = 'gannet under the stern, Node';

/** What the steps below leave in the log about their app, in order. */
const APP_EVENTS = [
  'application.lifecycle.create', 'app.oauth2.client.lifecycle.create',
  'application.lifecycle.update', 'app.oauth2.client.lifecycle.update',
  'app.oauth2.credentials.lifecycle.create', 'app.oauth2.client.read_client_secret',
  'app.oauth2.credentials.lifecycle.deactivate', 'app.oauth2.client.read_client_secret',
  'app.oauth2.credentials.lifecycle.delete', 'app.oauth2.client.read_client_secret',
  'app.oauth2.credentials.lifecycle.create', 'app.oauth2.credentials.lifecycle.deactivate', 'app.oauth2.credentials.lifecycle.delete',
  'app.oauth2.admin.consent.grant', 'app.oauth2.admin.consent.revoke',
  'group.application_assignment.add', 'group.application_assignment.remove',
  'application.lifecycle.deactivate', 'app.oauth2.client.lifecycle.deactivate',
  'application.lifecycle.delete', 'app.oauth2.client.lifecycle.delete',
];

/** And about their authorization server. */
const SERVER_EVENTS = [
  'oauth2.as.created', 'oauth2.scope.created', 'oauth2.claim.created', 'policy.lifecycle.create',
  'policy.rule.add', 'policy.rule.update', 'policy.rule.delete', 'policy.lifecycle.delete',
  'oauth2.claim.deleted', 'oauth2.scope.deleted', 'oauth2.as.deactivated', 'oauth2.as.deleted',
];

/** The events of a target, oldest first, as their types. */
const events = async (id) => {
  const types = [];
  const found = await log.listLogEvents({ filter: `target.id eq "${id}"` });
  await found.each((event) => {
    types.push(event.eventType);
    assert.equal(event.outcome.result, 'SUCCESS');
    assert.equal(event.actor.type, 'User');
    assert.ok(event.published instanceof Date && !Number.isNaN(event.published.getTime()), event.published);
    assert.ok(event.target.some((target) => target.id === id));
  });
  return types;
};

/** Asserts that a call is refused with a status and one of Okta's codes. */
const refused = async (call, status, code) => {
  const error = await call.then(() => assert.fail('it was not refused'), (error) => error);
  assert.equal(error.status, status, error.message);
  assert.equal(error.errorCode, code);
  assert.match(error.errorId, /^oae/);
};

const collect = async (collection) => {
  const items = [];
  await collection.each((item) => { items.push(item); });
  return items;
};

const service = (label) => ({
  name: 'oidc_client',
  label,
  signOnMode: 'OPENID_CONNECT',
  credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
  settings: { oauthClient: { application_type: 'service', grant_types: ['client_credentials'], response_types: ['token'] } },
});

/** Makes a service app that may read apps, and lives a little as that app. */
const signIn = async (label, isBound) => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const application = service(label);
  application.credentials.oauthClient.token_endpoint_auth_method = 'private_key_jwt';
  Object.assign(application.settings.oauthClient, {
    jwks: { keys: [{ ...pair.publicKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: label }] }, dpop_bound_access_tokens: isBound,
  });
  const app = await apps.createApplication({ application });
  await apps.grantConsentToScope({ appId: app.id, oAuth2ScopeConsentGrant: { issuer: org, scopeId: 'okta.apps.read' } });
  const worker = new okta.Client({
    orgUrl: org, authorizationMode: 'PrivateKey', clientId: app.credentials.oauthClient.client_id, scopes: ['okta.apps.read'],
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), keyId: label,
  });
  const read = await worker.applicationApi.getApplication({ appId: app.id });
  assert.equal(read.label, label);
  const error = await worker.groupApi.listGroups().then((list) => collect(list)).then(() => assert.fail('it was not refused'), (error) => error);
  assert.equal(error.status, 403, error);
  // This SDK proves a key wherever it may, and is given bound tokens for it.
  assert.equal(worker.http.oauth.isDPoP, true);
  await apps.deactivateApplication({ appId: app.id });
  await apps.deleteApplication({ appId: app.id });
};

/** What the steps hand on. */
const seen = {};

const steps = {
  async 'three pages of apps are listed'() {
    for (let number = 1; number <= 5; number += 1) {
      const made = await apps.createApplication({ application: service(`Page ${number}`) });
      assert.equal(made.label, `Page ${number}`);
    }
    const pages = [];
    const list = await apps.listApplications({ q: 'Page', limit: 2 });
    while (list.nextUri) pages.push(await list.getNextPage());
    assert.deepEqual(pages.map((page) => page.map((app) => app.label)), [['Page 1', 'Page 2'], ['Page 3', 'Page 4'], ['Page 5']]);
    const iterated = await collect(await apps.listApplications({ q: 'Page', limit: 2 }));
    assert.deepEqual(iterated.map((app) => app.label), ['Page 1', 'Page 2', 'Page 3', 'Page 4', 'Page 5']);
    assert.ok(iterated.every((app) => app instanceof okta.OpenIdConnectApplication));
  },

  async 'a client is created with an id and a secret of its own'() {
    const wanted = service('Peer of Node');
    Object.assign(wanted.credentials.oauthClient, { client_id: CLIENT_ID, client_secret: SECRET });
    const app = await apps.createApplication({ application: wanted });
    assert.ok(app instanceof okta.OpenIdConnectApplication);
    assert.match(app.id, /^0oa/);
    assert.equal(app.status, 'ACTIVE');
    assert.equal(app.credentials.oauthClient.client_id, CLIENT_ID);
    assert.equal(app.credentials.oauthClient.client_secret, SECRET);
    assert.deepEqual(app.settings.oauthClient.grant_types, ['client_credentials']);
    assert.ok(app.created instanceof Date);
    seen.app = app.id;
    const read = await apps.getApplication({ appId: app.id });
    assert.equal(read.credentials.oauthClient.client_id, CLIENT_ID);
    assert.equal(read.credentials.oauthClient.client_secret, undefined);
  },

  async 'it is updated'() {
    const app = await apps.getApplication({ appId: seen.app });
    app.label = 'Peer of Node, renamed';
    app.settings.oauthClient.client_uri = 'https://peer.example.com/';
    app.profile = { team: 'peers' };
    const updated = await apps.replaceApplication({ appId: seen.app, application: app });
    assert.equal(updated.label, 'Peer of Node, renamed');
    assert.equal(updated.credentials.oauthClient.client_id, CLIENT_ID);
    assert.equal(updated.credentials.oauthClient.client_secret, SECRET, 'a PUT without the secret keeps it');
    const read = await apps.getApplication({ appId: seen.app });
    assert.equal(read.settings.oauthClient.client_uri, 'https://peer.example.com/');
    assert.deepEqual(read.profile, { team: 'peers' });
    await refused(apps.replaceApplication({ appId: seen.app, application: { ...app, label: '' } }), 400, 'E0000001');
  },

  async 'a second secret is added, deactivated and deleted'() {
    const second = await credentials.createOAuth2ClientSecret({
      appId: seen.app, oAuth2ClientSecretRequestBody: { client_secret: MOVED, status: 'ACTIVE' },
    });
    assert.match(second.id, /^ocs/);
    assert.equal(second.client_secret, MOVED);
    assert.equal(second.status, 'ACTIVE');
    const [first] = (await collect(await credentials.listOAuth2ClientSecrets({ appId: seen.app }))).filter(({ id }) => id !== second.id);
    assert.equal(first.client_secret, SECRET);
    await refused(credentials.createOAuth2ClientSecret({ appId: seen.app, oAuth2ClientSecretRequestBody: {} }), 400, 'E0000001');
    await refused(credentials.deleteOAuth2ClientSecret({ appId: seen.app, secretId: second.id }), 400, 'E0000001');
    const off = await credentials.deactivateOAuth2ClientSecret({ appId: seen.app, secretId: second.id });
    assert.equal(off.status, 'INACTIVE');
    assert.equal((await credentials.getOAuth2ClientSecret({ appId: seen.app, secretId: second.id })).status, 'INACTIVE');
    await credentials.deleteOAuth2ClientSecret({ appId: seen.app, secretId: second.id });
    const left = await collect(await credentials.listOAuth2ClientSecrets({ appId: seen.app }));
    assert.deepEqual(left.map(({ id, status }) => [id, status]), [[first.id, 'ACTIVE']]);
  },

  async 'a key is added and deleted'() {
    const { n, e } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
    const added = await credentials.addJwk({
      appId: seen.app, addJwkRequest: { kty: 'RSA', alg: 'RS256', use: 'sig', kid: 'peer-key', status: 'ACTIVE', n, e },
    });
    assert.match(added.id, /^pks/);
    assert.equal(added.kid, 'peer-key');
    assert.equal(added.n, n);
    const list = await credentials.listJwk({ appId: seen.app });
    assert.deepEqual(list.keys.map(({ kid, status }) => [kid, status]), [['peer-key', 'ACTIVE']]);
    assert.equal((await credentials.getJwk({ appId: seen.app, keyId: added.id })).kid, 'peer-key');
    await refused(credentials.deletejwk({ appId: seen.app, keyId: added.id }), 400, 'E0000001');
    const off = await credentials.deactivateOAuth2ClientJsonWebKey({ appId: seen.app, keyId: added.id });
    assert.equal(off.status, 'INACTIVE');
    await credentials.deletejwk({ appId: seen.app, keyId: added.id });
    assert.deepEqual((await credentials.listJwk({ appId: seen.app })).keys, []);
  },

  async 'a scope is granted, listed and revoked'() {
    const grant = await apps.grantConsentToScope({ appId: seen.app, oAuth2ScopeConsentGrant: { issuer: org, scopeId: 'okta.groups.read' } });
    assert.match(grant.id, /^oag/);
    assert.equal(grant.scopeId, 'okta.groups.read');
    assert.equal(grant.issuer, org);
    assert.equal(grant.clientId, CLIENT_ID);
    const listed = await collect(await apps.listScopeConsentGrants({ appId: seen.app }));
    assert.deepEqual(listed.map(({ id, scopeId, status }) => [id, scopeId, status]), [[grant.id, 'okta.groups.read', 'ACTIVE']]);
    assert.equal((await apps.getScopeConsentGrant({ appId: seen.app, grantId: grant.id })).scopeId, 'okta.groups.read');
    await refused(apps.grantConsentToScope({ appId: seen.app, oAuth2ScopeConsentGrant: { issuer: org, scopeId: 'okta.nothing' } }), 400, 'E0000001');
    await apps.revokeScopeConsentGrant({ appId: seen.app, grantId: grant.id });
    assert.deepEqual(await collect(await apps.listScopeConsentGrants({ appId: seen.app })), []);
  },

  async 'a group is assigned'() {
    const group = await groups.createGroup({ group: { profile: { name: 'Peers of Node', description: 'Who may use it' } } });
    assert.match(group.id, /^00g/);
    assert.equal(group.profile.name, 'Peers of Node');
    seen.group = group.id;
    const found = await collect(await groups.listGroups({ q: 'Peers of N' }));
    assert.deepEqual(found.map(({ id }) => id), [group.id]);
    const assigned = await apps.assignGroupToApplication({ appId: seen.app, groupId: group.id, applicationGroupAssignment: { priority: 3 } });
    assert.deepEqual([assigned.id, assigned.priority], [group.id, 3]);
    const listed = await collect(await apps.listApplicationGroupAssignments({ appId: seen.app }));
    assert.deepEqual(listed.map(({ id, priority }) => [id, priority]), [[group.id, 3]]);
    await apps.unassignApplicationFromGroup({ appId: seen.app, groupId: group.id });
    assert.deepEqual(await collect(await apps.listApplicationGroupAssignments({ appId: seen.app })), []);
  },

  async 'an authorization server has a scope, a claim, a policy and a rule'() {
    const server = await servers.createAuthorizationServer({
      authorizationServer: { name: 'Peer of Node', description: 'Made by a peer', audiences: ['api://peer.example.com'] },
    });
    assert.match(server.id, /^aus/);
    assert.equal(server.issuer, `${org}/oauth2/${server.id}`);
    assert.deepEqual(server.audiences, ['api://peer.example.com']);
    assert.equal(server.credentials.signing.rotationMode, 'AUTO');
    seen.server = server.id;
    const authServerId = server.id;

    const scope = await servers.createOAuth2Scope({ authServerId, oAuth2Scope: { name: 'boats:read', description: 'Read boats' } });
    assert.deepEqual([scope.name, scope.consent, scope._default, scope.system], ['boats:read', 'IMPLICIT', false, false]);
    const scopes = await collect(await servers.listOAuth2Scopes({ authServerId }));
    assert.ok(scopes.some(({ id }) => id === scope.id) && scopes.some(({ name, system }) => name === 'openid' && system));

    const claim = await servers.createOAuth2Claim({
      authServerId,
      oAuth2Claim: {
        name: 'fleet', claimType: 'RESOURCE', valueType: 'EXPRESSION', value: '"north"', status: 'ACTIVE',
        alwaysIncludeInToken: true, conditions: { scopes: ['boats:read'] },
      },
    });
    assert.deepEqual([claim.name, claim.value, claim.conditions.scopes], ['fleet', '"north"', ['boats:read']]);

    const policy = await servers.createAuthorizationServerPolicy({
      authServerId,
      policy: {
        type: 'OAUTH_AUTHORIZATION_POLICY', name: 'Machines', description: 'Only this client', status: 'ACTIVE', priority: 1,
        conditions: { clients: { include: [CLIENT_ID] } },
      },
    });
    assert.match(policy.id, /^00p/);
    assert.deepEqual(policy.conditions.clients.include, [CLIENT_ID]);

    const rule = await servers.createAuthorizationServerPolicyRule({
      authServerId, policyId: policy.id,
      policyRule: {
        type: 'RESOURCE_ACCESS', name: 'An hour', status: 'ACTIVE', priority: 1,
        conditions: {
          people: { groups: { include: ['EVERYONE'] } },
          grantTypes: { include: ['client_credentials'] },
          scopes: { include: ['boats:read'] },
        },
        actions: { token: { accessTokenLifetimeMinutes: 60, refreshTokenLifetimeMinutes: 0, refreshTokenWindowMinutes: 10080 } },
      },
    });
    assert.match(rule.id, /^0pr/);
    assert.equal(rule.actions.token.accessTokenLifetimeMinutes, 60);
    assert.deepEqual(rule.conditions.scopes.include, ['boats:read']);

    rule.name = 'Half an hour';
    rule.actions.token.accessTokenLifetimeMinutes = 30;
    const replaced = await servers.replaceAuthorizationServerPolicyRule({ authServerId, policyId: policy.id, ruleId: rule.id, policyRule: rule });
    assert.deepEqual([replaced.name, replaced.actions.token.accessTokenLifetimeMinutes], ['Half an hour', 30]);
    const rules = await collect(await servers.listAuthorizationServerPolicyRules({ authServerId, policyId: policy.id }));
    assert.deepEqual(rules.map(({ id }) => id), [rule.id]);
    const keys = await collect(await servers.listAuthorizationServerKeys({ authServerId }));
    assert.ok(keys.some(({ status, kid }) => status === 'ACTIVE' && kid === server.credentials.signing.kid));

    await servers.deleteAuthorizationServerPolicyRule({ authServerId, policyId: policy.id, ruleId: rule.id });
    await servers.deleteAuthorizationServerPolicy({ authServerId, policyId: policy.id });
    await servers.deleteOAuth2Claim({ authServerId, claimId: claim.id });
    await servers.deleteOAuth2Scope({ authServerId, scopeId: scope.id });
    const left = await collect(await servers.listOAuth2Scopes({ authServerId }));
    assert.ok(left.length > 0 && left.every(({ system }) => system));
    Object.assign(seen, { scope: scope.id, claim: claim.id, policy: policy.id, rule: rule.id });
  },

  async 'a service app signs in with its key'() {
    await signIn('Signs in', false);
  },

  async 'a service app signs in with tokens bound to a key'() {
    await signIn('Signs in, bound', true);
  },

  async 'all of it is deactivated and deleted'() {
    await refused(apps.deleteApplication({ appId: seen.app }), 403, 'E0000056');
    await apps.deactivateApplication({ appId: seen.app });
    assert.equal((await apps.getApplication({ appId: seen.app })).status, 'INACTIVE');
    await apps.deleteApplication({ appId: seen.app });
    await refused(apps.getApplication({ appId: seen.app }), 404, 'E0000007');
    await servers.deactivateAuthorizationServer({ authServerId: seen.server });
    assert.equal((await servers.getAuthorizationServer({ authServerId: seen.server })).status, 'INACTIVE');
    await servers.deleteAuthorizationServer({ authServerId: seen.server });
    await refused(servers.getAuthorizationServer({ authServerId: seen.server }), 404, 'E0000007');
    await groups.deleteGroup({ groupId: seen.group });
    assert.deepEqual(await collect(await groups.listGroups({ q: 'Peers of N' })), []);
  },

  async 'the log tells it all'() {
    assert.deepEqual(await events(seen.app), APP_EVENTS);
    assert.deepEqual(await events(seen.group), [
      'group.lifecycle.create', 'group.application_assignment.add', 'group.application_assignment.remove', 'group.lifecycle.delete',
    ]);
    assert.deepEqual(await events(seen.server), SERVER_EVENTS);
    const own = (prefix) => SERVER_EVENTS.filter((type) => type.startsWith(prefix));
    assert.deepEqual(await events(seen.scope), own('oauth2.scope'));
    assert.deepEqual(await events(seen.claim), own('oauth2.claim'));
    assert.deepEqual(await events(seen.policy), own('policy'));
    assert.deepEqual(await events(seen.rule), own('policy.rule'));
  },
};

(async () => {
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
    } catch (error) {
      console.error(`not ok  ${name}`);
      throw error;
    }
    console.log(`ok  ${name}`);
  }
})().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
