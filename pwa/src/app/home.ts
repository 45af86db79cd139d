/** Where does somebody's work begin? In the field on Today, at a desk on the screen of the role. */

const HOME: Readonly<Record<string, string>> = { lead: '/team', caller: '/desk', admin: '/imports', finance: '/imports', compliance: '/evidence' };

export function homeOf(role: string): string {
  return HOME[role] ?? '/';
}
