/** Placeholder. */
export const team = { title: "x" };
