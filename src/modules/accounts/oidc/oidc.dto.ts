import { TextField } from '../../../common/http/input/fields.js';

export class StartQuery {
  /** Where the browser is sent in the end: a path of this server. */
  @TextField({ max: 512, optional: true, example: '/console/audit' })
  returnTo?: string;
}

export class ExchangeRequest {
  /** The value after `#code=`. */
  @TextField({ max: 200, example: 'Zb1rWk0u2Yt6qv9sLx3pDf7hJm5nCe8aQg4iTo0yRwE' })
  code!: string;
}
