/** Which part of an address helps in one narrow line? A Chinese one begins with what every stop of the day shares. */

const SHARED_HEAD = /^(?:\p{Script=Han}{2,8}?(?:省|自治区))?(?:\p{Script=Han}{2,10}?(?:市|自治州|盟))?(?:\p{Script=Han}{1,8}?(?:区|县|旗))?(?=[\p{Script=Han}\d]{4})/u;

/** The address from the street on; others, and those without a street behind the district, as they are. */
export function shortAddress(line: string): string {
  const short = line.replace(SHARED_HEAD, '');
  return short === '' ? line : short;
}
