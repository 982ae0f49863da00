// Access tokens: made from the refresh token, short-lived, and bound to a tenant.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export class Auth {
  constructor(worlds, { refreshToken, lifetime }) {
    Object.assign(this, { worlds, refreshToken, lifetime, key: randomBytes(32) });
  }

  /** The answer of `/auth/refresh`: the status and the body. */
  refresh({ refresh_token: refreshToken, tenant_id: tenantId }) {
    if (refreshToken !== this.refreshToken) return [403, { error: 'invalid_grant', error_description: 'Unknown refresh token.' }];
    const world = tenantId ? this.worlds.find((it) => it.tenantId === tenantId) : this.worlds[0];
    if (!world) return [403, { error: 'access_denied', error_description: 'No such tenant for this user.' }];
    return [200, { access_token: this.token(world), token_type: 'Bearer', expires_in: this.lifetime, refresh_token: this.refreshToken }];
  }

  token(world) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ tenant: world.tenantId, exp: seconds() + this.lifetime })}`;
    return `${body}.${this.sign(body)}`;
  }

  sign(body) {
    return createHmac('sha256', this.key).update(body).digest('base64url');
  }

  /** The tenant of a request, or nothing when its token is not one of ours or too old. */
  world(header) {
    const [, body, signature] = /^Bearer ([^.]+\.[^.]+)\.([^.]+)$/i.exec(header ?? '') ?? [];
    if (!body) return null;
    const [given, right] = [Buffer.from(signature), Buffer.from(this.sign(body))];
    if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
    const claims = JSON.parse(Buffer.from(body.split('.')[1], 'base64url'));
    return claims.exp > seconds() ? this.worlds.find((it) => it.tenantId === claims.tenant) : null;
  }
}

const seconds = () => Math.floor(Date.now() / 1000);
