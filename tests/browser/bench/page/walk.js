// Every file below a directory, looked at 32 at a time: what a scan cannot do without.
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
