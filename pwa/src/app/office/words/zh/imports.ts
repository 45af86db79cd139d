/** Placeholder. */
export const imports = { title: "x" };
