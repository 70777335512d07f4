// Looks at every file below a directory, 32 at a time: the minimum work of any scan.
const LOOKS_AT_ONCE = 32;

export async function walk(folder) {
  const files = [];
  await each(folder, (found) => files.push(...found));
  return files;
}

// The same, and reads every file: the minimum work of a first backup that has to send nothing.
export async function lookAndRead(folder) {
  let [files, bytes] = [0, 0];
  await each(folder, async (found) => {
    const contents = await Promise.all(found.map((file) => file.arrayBuffer()));
    files += found.length;
    bytes += contents.reduce((sum, content) => sum + content.byteLength, 0);
  });
  return { files, bytes };
}

async function each(folder, take) {
  const folders = [folder];
  let found = [];
  const look = async () => take(await Promise.all(found.splice(0).map((file) => file.getFile())));
  while (folders.length > 0) {
    for await (const handle of folders.pop().values()) {
      if (handle.kind === "directory") folders.push(handle);
      else found.push(handle);
      if (found.length === LOOKS_AT_ONCE) await look();
    }
  }
  await look();
}
