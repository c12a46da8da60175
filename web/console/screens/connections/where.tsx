import { Link } from '@tanstack/react-router';
import { type ConnectionDto } from '@switchboard/client/rest';
import styles from './where.module.css';

/** What a connection belongs to, as a link. */
export function Where({ connection: { service, session, application, room, circle } }: { connection: ConnectionDto }) {
  if (service !== null && session !== null) {
    return (
      <Link to="/services/$id/sessions/$session" params={{ id: service, session }} className={styles['words']}>
        session of service {service}
      </Link>
    );
  }
  if (service !== null) {
    return (
      <Link to="/services/$id" params={{ id: service }}>
        service {service}
      </Link>
    );
  }
  if (application !== null && room !== null) {
    return (
      <Link to="/rooms/$application/$room" params={{ application, room }}>
        <bdi>room {room}</bdi>
      </Link>
    );
  }
  if (circle === null) return '–';
  return (
    <Link to="/circles/$id" params={{ id: circle }}>
      circle {circle}
    </Link>
  );
}
