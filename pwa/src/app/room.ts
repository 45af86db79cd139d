/** How much of the phone's room is left? */

/** The share of what the browser gives us that is free, 0 to 1; 1 where it does not say. */
export async function freeShare(): Promise<number> {
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  return quota > 0 ? (quota - usage) / quota : 1;
}
