import { generateKeyPairSync, sign } from "node:crypto";

/** A key and its self-signed certificate, both as PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

const DAY_MS = 86_400_000;

/** Creates an identity for `name`, valid for two days around now, which is its own certificate authority. */
export function selfSigned(name: string): Identity {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ecdsaWithSha256 = sequence(tlv(0x06, Buffer.from("2a8648ce3d040302", "hex")));
  const commonName = sequence(tlv(0x06, Buffer.from("550403", "hex")), tlv(0x0c, Buffer.from("test")));
  const subject = sequence(tlv(0x31, commonName));
  const alternativeName = extension("551d11", sequence(tlv(0x82, Buffer.from(name))));
  const authority = extension("551d13", sequence(tlv(0x01, Buffer.from([0xff]))));
  const toSign = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    subject,
    sequence(time(Date.now() - DAY_MS), time(Date.now() + DAY_MS)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    tlv(0xa3, sequence(alternativeName, authority)),
  );
  const signature = sign("sha256", toSign, privateKey);
  const certificate = sequence(
    toSign,
    ecdsaWithSha256,
    tlv(0x03, Buffer.concat([Buffer.from([0]), signature])),
  );
  const lines = certificate.toString("base64").replace(/.{1,64}/g, "$&\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`,
  };
}

/** DER: tag, length, value. */
function tlv(tag: number, value: Buffer): Buffer {
  const { length } = value;
  const lengthBytes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...lengthBytes]), value]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(tlv(0x06, Buffer.from(id, "hex")), tlv(0x04, value));
}

/** UTCTime has a two-digit year, which is unambiguous until 2050. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, "").slice(2, 14);
  return tlv(0x17, Buffer.from(`${digits}Z`));
}
