import { TextField } from '../../../ui/forms/fields.js';
import { FormDialog } from '../../../ui/overlays/form-dialog.js';
import { sdk } from '../../app/client.js';

/** Changes the user's own password. */
export function ChangePassword() {
  return (
    <FormDialog
      label="Change password"
      submit="Change password"
      onSubmit={async (values) => {
        const newPassword = values.text('newPassword');
        if (newPassword !== values.text('again')) throw new Error('The new password is not twice the same.');
        return sdk.accounts.changePassword({ body: { currentPassword: values.text('currentPassword'), newPassword } });
      }}
      says={() => 'Password changed; your other logins have ended'}
    >
      <TextField
        name="currentPassword"
        label="Current password"
        type="password"
        autoComplete="current-password"
        required
      />
      <TextField
        name="newPassword"
        label="New password"
        type="password"
        autoComplete="new-password"
        minLength={8}
        required
        hint="At least 8 characters."
      />
      <TextField name="again" label="New password again" type="password" autoComplete="new-password" required />
    </FormDialog>
  );
}
