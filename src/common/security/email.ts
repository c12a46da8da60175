/** The form in which an address is stored and compared: NFC, lower case, trimmed. */
export function normalizeEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase().normalize('NFC');
}
