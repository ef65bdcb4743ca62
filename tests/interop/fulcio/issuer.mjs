// SPDX-License-Identifier: Apache-2.0
// An OpenID Connect provider, as far as Fulcio asks one: its configuration and its key, over HTTP on a free port. Writes tokens
// of it into the current folder.
import { createServer } from 'node:http';
import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256', use: 'sig' };

const encode = value => Buffer.from(JSON.stringify(value)).toString('base64url');
function token(claims) {
    const signed = `${encode({ alg: 'ES256', kid: 'one', typ: 'JWT' })}.${encode(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
}

const server = createServer((request, response) => {
    const pages = {
        '/.well-known/openid-configuration': {
            issuer: url, jwks_uri: `${url}/keys`, authorization_endpoint: `${url}/none`, token_endpoint: `${url}/none`,
            response_types_supported: ['id_token'], subject_types_supported: ['public'],
            id_token_signing_alg_values_supported: ['ES256'],
        },
        '/keys': { keys: [jwk] },
    };
    const page = pages[request.url];
    response.writeHead(page ? 200 : 404, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(page ?? {}));
});

let url;
server.listen(0, '127.0.0.1', () => {
    url = `http://127.0.0.1:${server.address().port}`;
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: url, aud: 'sigstore', sub: '1', iat: now, exp: now + 600, email: 'signer@example.com',
        email_verified: true };
    writeFileSync('token', `${token(claims)}\n`);
    writeFileSync('token.expired', token({ ...claims, iat: now - 1200, exp: now - 600 }));
    writeFileSync('token.other-audience', token({ ...claims, aud: 'somebody' }));
    console.log(`serving at ${url}`);
});
