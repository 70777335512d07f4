// The input sizes of each bench: full, and just large enough to show that the harness works.
const MB = 1_000_000;

export const FULL = {
  hash: { files: 300, bytes: 4 * MB, largeBytes: 2_000 * MB },
  library: { folders: 1_000, filesEach: 100, contents: 500 },
  backups: { photos: { files: 1_000, bytes: 2 * MB }, small: { files: 10_000, bytes: MB / 20 } },
  memory: { bytes: 5_000 * MB },
  ingest: { files: 1_000, bytes: 2 * MB },
  load: { bytes: 1_000 * MB },
};

export const QUICK = {
  hash: { files: 10, bytes: MB, largeBytes: 20 * MB },
  library: { folders: 50, filesEach: 40, contents: 20 },
  backups: { photos: { files: 50, bytes: 2 * MB }, small: { files: 100, bytes: MB / 20 } },
  memory: { bytes: 200 * MB },
  ingest: { files: 100, bytes: 2 * MB },
  load: { bytes: 20 * MB },
};
