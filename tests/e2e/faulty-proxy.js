// SPDX-License-Identifier: Apache-2.0
// faulty-proxy.js PORT FAULT PATTERN: passes requests on to the server at 127.0.0.1:PORT, but those whose "METHOD path"
// PATTERN matches. They get the status FAULT instead; or, if FAULT is
//   flip   the true answer with one bit of its body changed
//   junk   a 200 whose body is not JSON
//   close  a connection that ends in the middle of the answer
//   stall  an answer that never ends
// Prints the port it listens on. For what a real registry cannot be made to do.
'use strict';
const http = require('http');

const [upstream, fault, text] = process.argv.slice(2);
const pattern = new RegExp(text);

function flipped(body) {
    body[body.length >> 1] ^= 1;
    return body;
}

const faults = {
    junk: response => response.end('<html>try later</html>'.padEnd(1000)),
    close: response => response.write('{"manif', () => response.destroy()),
    stall: response => response.write('{"manif'),
};

const server = http.createServer((request, response) => {
    const hit = pattern.test(request.method + ' ' + request.url);
    if (hit && fault in faults) {
        request.resume();
        response.writeHead(200, { 'content-type': 'application/vnd.oci.image.index.v1+json', 'content-length': 1000 });
        faults[fault](response);
        return;
    }
    if (hit && fault !== 'flip') {
        request.resume();
        response.writeHead(Number(fault));
        response.end('{"errors":[]}');
        return;
    }
    const passed = { host: '127.0.0.1', port: upstream, method: request.method, path: request.url, headers: request.headers };
    const onward = http.request(passed, answer => {
        const pieces = [];
        answer.on('data', piece => pieces.push(piece));
        answer.on('end', () => {
            const body = Buffer.concat(pieces);
            response.writeHead(answer.statusCode, answer.headers);
            response.end(hit ? flipped(body) : body);
        });
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
