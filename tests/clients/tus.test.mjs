// tus-js-client speaks an earlier version of the draft that our resumable uploads follow. It must be able to resume
// an upload after the server was killed.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import { Upload } from "tus-js-client";

import { clear, onServer, scratch } from "../browser/support/files.mjs";
import { Server } from "../browser/support/server.mjs";

const WHOLE = randomBytes(60_000_000);
const PIECE_BYTES = 5_000_000;
const digest = createHash("sha1").update(WHOLE);

test("an upload in pieces resumes after the server was killed", async () => {
  const data = await scratch("data");
  const server = await Server.start(data);
  const key = server.command("key", "new", "tus").match(/[\w-]{40,}/)[0];
  const about = { filename: "film.mp4", fileCreatedAt: "2024-05-01T10:00:00Z", fileModifiedAt: "2024-05-01T10:00:00Z" };
  const asset = Buffer.from(JSON.stringify(about)).toString("base64");
  const headers = { "x-api-key": key, "repr-digest": `sha=:${digest.copy().digest("base64")}:`, "x-immich-asset-data": asset };
  const requests = [];
  const upload = (options) =>
    new Promise((resolve, reject) => {
      const whole = new Upload(WHOLE, {
        endpoint: `${server.origin}/api/upload`,
        protocol: "ietf-draft-05",
        chunkSize: PIECE_BYTES,
        retryDelays: null,
        headers,
        onAfterResponse: (request, response) => requests.push(`${request.getMethod()} ${response.getStatus()}`),
        onError: reject,
        onSuccess: () => resolve(whole),
        onChunkComplete: (_, sent) => options.stopAt <= sent && whole.abort().then(() => resolve(whole)),
        ...options,
      });
      whole.start();
    });

  const { url } = await upload({ stopAt: 7 * PIECE_BYTES });
  await server.restart("SIGKILL");
  requests.length = 0;
  await upload({ uploadUrl: url });

  // Nothing that was acknowledged is sent again: five pieces out of twelve are left.
  assert.deepEqual(requests, ["HEAD 204", ...Array(4).fill("PATCH 204"), "PATCH 200"]);
  assert.deepEqual(await onServer(data), [digest.digest("hex")]);
  await server.stop();
  await clear(data);
});
