import jwt from 'jsonwebtoken';
import { eventClaims, securityEventType } from '../../../platform/tokens/security-event.ts';
import { tokenAlgorithm } from '../../../platform/tokens/signed-token.ts';
import type { Delivery } from '../storage/outbox.ts';
import type { SigningKeys } from '../tokens/signing-keys.ts';

/** Signs a Security Event Token (SET). */
export type SignEvent = (delivery: Delivery) => string;

interface EventSigningSettings {
  keys: Pick<SigningKeys, 'current'>;
  issuer: string;
  audience: string;
}

/** Security Event Tokens as in RFC 8417, section 2. They have no `sub` and no `exp`, as events stay true. */
export function createSignEvent({ keys, issuer, audience }: EventSigningSettings): SignEvent {
  return ({ event, jti, happenedAt }) => {
    const { kid, privateKey } = keys.current();
    return jwt.sign({ ...eventClaims(event, { issuer, at: happenedAt }) }, privateKey, {
      algorithm: tokenAlgorithm,
      header: { alg: tokenAlgorithm, typ: securityEventType, kid },
      issuer,
      audience,
      jwtid: jti,
    });
  };
}
