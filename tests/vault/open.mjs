// Opens the frozen test vectors with WebCrypto alone: no library of ours, none of others.
import { readFileSync } from "node:fs";

const { subtle } = globalThis.crypto;
const text = new TextEncoder();
const base64 = (value) => new Uint8Array(Buffer.from(value, "base64"));
const hex = (raw) => Buffer.from(raw).toString("hex");
const concat = (...parts) => new Uint8Array(Buffer.concat(parts));
const number = (value, size) => {
  const raw = Buffer.alloc(size);
  raw.writeUIntBE(value, Math.max(size - 6, 0), Math.min(size, 6));
  return new Uint8Array(raw);
};
const joined = (...parts) => concat(...parts.flatMap((part) => [number(part.length, 8), part]));
const labelled = (label, ...parts) => joined(text.encode("ackbox/1/" + label), ...parts);
const sha256 = async (raw) => new Uint8Array(await subtle.digest("SHA-256", raw));
const hashed = (label, ...parts) => sha256(labelled(label, ...parts));

async function derive(secret, label, length, salt = new Uint8Array(32)) {
  const key = await subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: text.encode("ackbox/1/" + label) };
  return new Uint8Array(await subtle.deriveBits(how, key, length * 8));
}

async function hmac(key, data) {
  const how = { name: "HMAC", hash: "SHA-256" };
  const own = await subtle.importKey("raw", key, how, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", own, data));
}

async function expand(key, info, length) {
  let block = new Uint8Array();
  let out = new Uint8Array();
  for (let count = 1; out.length < length; count++) {
    block = await hmac(key, concat(block, info, Uint8Array.of(count)));
    out = concat(out, block);
  }
  return out.slice(0, length);
}

// A secret key of 32 bytes in PKCS #8, the only form in which WebCrypto takes it.
const pkcs8 = (kind, raw) =>
  concat(Buffer.from(`302e020100300506032b65${kind}04220420`, "hex"), raw);

async function keysOf(root) {
  const seed = await derive(root, "sign", 32);
  const sign = await subtle.importKey("pkcs8", pkcs8("70", seed), "Ed25519", true, ["sign"]);
  const own = await derive(root, "seal", 32);
  const seal = await subtle.importKey("pkcs8", pkcs8("6e", own), "X25519", true, ["deriveBits"]);
  const publicOf = async (key) => {
    const { x } = await subtle.exportKey("jwk", key);
    return new Uint8Array(Buffer.from(x, "base64url"));
  };
  return { seal, signKey: await publicOf(sign), sealKey: await publicOf(seal) };
}

async function holds(publicKey, signature, data) {
  const key = await subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
  return subtle.verify("Ed25519", key, signature, data);
}

// HPKE of RFC 9180, base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
async function unwrap(wrap, keys, info) {
  const enc = wrap.slice(0, 32);
  const other = await subtle.importKey("raw", enc, "X25519", false, []);
  const shared = new Uint8Array(
    await subtle.deriveBits({ name: "X25519", public: other }, keys.seal, 256),
  );
  const kem = concat(text.encode("KEM"), number(0x20, 2));
  const suite = concat(text.encode("HPKE"), number(0x20, 2), number(1, 2), number(2, 2));
  const version = text.encode("HPKE-v1");
  const extract = (id, salt, label, ikm) =>
    hmac(salt, concat(version, id, text.encode(label), ikm));
  const expanded = (id, key, label, more, length) =>
    expand(key, concat(number(length, 2), version, id, text.encode(label), more), length);
  const none = new Uint8Array();
  const zero = new Uint8Array(32);
  const secret = await expanded(
    kem,
    await extract(kem, zero, "eae_prk", shared),
    "shared_secret",
    concat(enc, keys.sealKey),
    32,
  );
  const context = concat(
    Uint8Array.of(0),
    await extract(suite, zero, "psk_id_hash", none),
    await extract(suite, zero, "info_hash", info),
  );
  const schedule = await extract(suite, secret, "secret", none);
  const key = await expanded(suite, schedule, "key", context, 32);
  const nonce = await expanded(suite, schedule, "base_nonce", context, 12);
  return decrypt(key, nonce, wrap.slice(32), none);
}

async function decrypt(raw, iv, sealed, additionalData) {
  const key = await subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
  const how = { name: "AES-GCM", iv, additionalData };
  return new Uint8Array(await subtle.decrypt(how, key, sealed));
}

const vectors = JSON.parse(readFileSync(process.argv[2], "utf8"));
const found = { records: [], hashes: [] };

const members = {};
for (const [name, own] of Object.entries(vectors.members)) {
  const keys = await keysOf(base64(own.root));
  members[name] = { ...keys, id: hex(await hashed("member", keys.signKey, keys.sealKey)) };
}
found.members = Object.fromEntries(Object.entries(members).map(([name, { id }]) => [name, id]));
for (const { body, signature } of vectors.records) {
  const parts = [base64(body), base64(signature)];
  found.records.push(await holds(members.ana.signKey, parts[1], labelled("sign-record", parts[0])));
  found.hashes.push(Buffer.from(await hashed("record", ...parts)).toString("base64"));
}

const { sealed } = vectors;
const [header, content] = [base64(sealed.header), base64(sealed.content)];
const reader = members[vectors.reader];
const wraps = await hashed(
  "wraps",
  ...sealed.wraps.flatMap(({ member, wrap }) => [text.encode(member), base64(wrap)]),
);
const signature = base64(sealed.signature);
found.signature = await holds(
  members.ana.signKey,
  signature,
  labelled("message", header, wraps, content),
);
found.message_hash = Buffer.from(
  await hashed("message-hash", header, wraps, await sha256(content), signature),
).toString("base64");
const own = base64(sealed.wraps.find(({ member }) => member === reader.id).wrap);
const headerHash = await sha256(header);
const messageKey = await unwrap(own, reader, labelled("wrap", headerHash));
const head = JSON.parse(new TextDecoder().decode(header));
const commitment = await hashed("commitment", messageKey);
found.commitment = Buffer.from(commitment).toString("base64") === head.commitment;
const derived = await derive(concat(messageKey, headerHash), "content", 44, base64(head.salt));
const padded = await decrypt(derived.slice(0, 32), derived.slice(32), content, header);
const length = Buffer.from(padded).readUInt32BE(0);
found.content = JSON.parse(new TextDecoder().decode(padded.slice(4, 4 + length)));
const evidence = Buffer.from(vectors.acknowledgement.slice("avs1_".length), "base64url");
found.acknowledgement = await holds(
  reader.signKey,
  evidence,
  labelled(
    "acknowledge",
    Buffer.from(vectors.vault, "hex"),
    base64(found.message_hash),
    text.encode(reader.id),
  ),
);
const { seq, hash } = vectors.transcript;
const start = await hashed("transcript", Buffer.from(vectors.vault, "hex"));
const row = [number(seq, 8), text.encode(head.sender), number(head.counter, 8)];
const after = await hashed("transcript", start, ...row, base64(found.message_hash));
found.transcript = Buffer.from(after).toString("base64") === hash;
console.log(JSON.stringify(found));
