// What the server puts at this path; for the type check of the pages.
export { default } from 'qrcode-generator';
