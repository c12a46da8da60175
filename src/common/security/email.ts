/** The one spelling under which an address is stored and compared: NFC, lower case, no space around it. */
export function normalizeEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase().normalize('NFC');
}
