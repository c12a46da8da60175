/** The one spelling under which an address is stored and compared: NFC, lower case. */
export function normalizeEmail(email: string): string {
  return email.normalize('NFC').toLowerCase().normalize('NFC');
}
