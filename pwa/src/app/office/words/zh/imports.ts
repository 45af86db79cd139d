/** Placeholder until the screen stands. */
export const imports = { title: "x" };
