/** An object put into R2 in parts, so that it is never held in memory whole. What its source throws ends it, and nothing is stored. */

/** R2 wants at least 5 MiB, all parts alike but the last. */
const PART_BYTES = 5 * 1024 * 1024;

export async function putInParts(
  bucket: R2Bucket,
  key: string,
  sealed: AsyncIterable<Uint8Array>,
  customMetadata: Record<string, string>,
): Promise<void> {
  const options = {
    customMetadata,
    httpMetadata: { contentType: 'application/octet-stream', cacheControl: 'no-store' },
  };
  const part = new Uint8Array(PART_BYTES);
  let held = 0;
  let upload: R2MultipartUpload | null = null;
  const uploaded: R2UploadedPart[] = [];
  try {
    for await (const piece of sealed) {
      for (let taken = 0; taken < piece.length; ) {
        if (held === PART_BYTES) {
          upload ??= await bucket.createMultipartUpload(key, options);
          uploaded.push(await upload.uploadPart(uploaded.length + 1, part));
          held = 0;
        }
        const slice = piece.subarray(taken, taken + PART_BYTES - held);
        part.set(slice, held);
        held += slice.length;
        taken += slice.length;
      }
    }
    if (upload === null) {
      await bucket.put(key, part.subarray(0, held), options);
      return;
    }
    uploaded.push(await upload.uploadPart(uploaded.length + 1, part.subarray(0, held)));
    await upload.complete(uploaded);
  } catch (error) {
    await upload?.abort().catch(() => undefined);
    throw error;
  }
}
