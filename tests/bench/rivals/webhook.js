// GitHub's scheme in njs as Debian packages it (0.7.9): no hook that reads a body before a proxy, no shared memory, no
// Ed25519, so it verifies a MAC and answers itself. For comparison only (tools/bench edge).
import crypto from 'crypto';
import fs from 'fs';

const secret = fs.readFileSync(process.env.RINGFENCE_HMAC_SECRET_FILE);

function equal(a, b) {
    let difference = a.length ^ b.length;
    for (let i = 0; i < a.length && i < b.length; i++) {
        difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
    }
    return difference === 0;
}

function github(r) {
    const header = r.headersIn['x-hub-signature-256'];
    const match = header ? header.match(/^sha256=([0-9a-f]{64})$/) : null;
    if (!match) {
        r.return(403);
        return;
    }
    const mac = crypto.createHmac('sha256', secret).update(r.requestBuffer).digest('hex');
    if (equal(mac, match[1])) {
        r.headersOut['Content-Type'] = 'application/json';
        r.return(200, '{"ok":true}');
    } else {
        r.return(403);
    }
}

export default { github };
