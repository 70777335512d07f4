// Looks at every file below a directory, 32 at a time: the minimum work of any scan.
const LOOKS_AT_ONCE = 32;

export async function walk(folder) {
  const files = [];
  const folders = [folder];
  let found = [];
  while (folders.length > 0) {
    for await (const handle of folders.pop().values()) {
      if (handle.kind === "directory") folders.push(handle);
      else found.push(handle);
      if (found.length === LOOKS_AT_ONCE) {
        files.push(...(await Promise.all(found.map((file) => file.getFile()))));
        found = [];
      }
    }
  }
  files.push(...(await Promise.all(found.map((file) => file.getFile()))));
  return files;
}
