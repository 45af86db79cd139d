/** Placeholder until the screen stands. */
export const team = { title: "x" };
