import { connect } from 'node:net';

/** A keep-alive connection with one request at a time, which costs the driver little. */
export class Connection {
  #socket;
  #received = '';
  #answered;

  constructor(socket) {
    this.#socket = socket.setNoDelay().setEncoding('latin1');
    socket.on('data', (text) => this.#take(text));
    socket.on('close', () => this.#answered?.reject(new Error('the server hung up')));
  }

  static open(port, host) {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host, () => resolve(new Connection(socket))).once('error', reject);
    });
  }

  /** Sends a whole request; resolves when the whole answer has arrived. @throws if the answer is an error */
  request(bytes) {
    return new Promise((resolve, reject) => {
      this.#answered = { resolve, reject };
      this.#socket.write(bytes);
    });
  }

  close() {
    this.#answered = undefined;
    this.#socket.destroy();
  }

  #take(text) {
    this.#received += text;
    const head = this.#received.indexOf('\r\n\r\n');
    if (head === -1) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(this.#received.slice(0, head))?.[1];
    if (this.#received.length < head + 4 + Number(length)) return;
    const answer = this.#received;
    this.#received = '';
    if (answer.startsWith('HTTP/1.1 2')) this.#answered.resolve();
    else this.#answered.reject(new Error(answer));
  }
}
