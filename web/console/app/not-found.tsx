import { Link } from '@tanstack/react-router';
import { Page } from '../../ui/content/page.js';

export function NotFound() {
  return (
    <Page title="Nothing here">
      <p>
        No screen has this address. <Link to="/">Overview</Link>
      </p>
    </Page>
  );
}
