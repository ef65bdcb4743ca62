// SPDX-License-Identifier: Apache-2.0
// A certificate authority that certifies nobody, and tells with which token it was asked; and beside it what gives GitHub Actions'
// jobs their tokens, to those who show "secret". Over HTTP on a free port.
import { createServer } from 'node:http';

const token = 'e30.eyJzdWIiOiJqb2IifQ.c2ln';  // {"sub":"job"}

const server = createServer((request, response) => {
    const bearer = (request.headers.authorization ?? '').replace('Bearer ', '');
    const asked = `${request.method} ${request.url}`;
    const answer = (status, body) => {
        response.writeHead(status, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify(body));
    };
    request.resume().on('end', () => {
        if (asked === 'POST /api/v2/signingCert') {
            answer(403, { code: 7, message: `nobody is certified by ${bearer}` });
        } else if (asked === 'GET /token?job=7&audience=sigstore' && bearer === 'secret') {
            answer(200, { value: token });
        } else {
            answer(401, {});
        }
    });
});
server.listen(0, '127.0.0.1', () => console.log(`serving at http://127.0.0.1:${server.address().port}`));
