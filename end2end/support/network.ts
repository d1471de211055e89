// What lies between two programs, to be cut, or to fall silent: connections through a port of our own.
import { connect, createServer, type Server as Listener, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

export class Network {
  private readonly pairs = new Set<[Socket, Socket]>();
  /** Those that have a stream of live events on them. */
  private readonly streams = new Set<[Socket, Socket]>();
  private isCut = false;

  private constructor(private readonly listener: Listener) {}

  /** A way to this host and port. */
  static async to(host: string, port: number): Promise<Network> {
    const listener = createServer();
    const network = new Network(listener);
    listener.on('connection', (near) => network.join(near, host, port));
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    return network;
  }

  get port(): number {
    return (this.listener.address() as AddressInfo).port;
  }

  /**
   * Streams that are open hear nothing any more, and are not told: as when the lid of a laptop closes. Other connections
   * are ended, as browsers do themselves with those that have been idle for so long.
   */
  silence(): void {
    for (const pair of this.pairs) {
      const [near, far] = pair;
      if (!this.streams.has(pair)) {
        near.destroy();
        continue;
      }
      near.unpipe(far);
      far.unpipe(near);
      near.pause();
      far.pause();
    }
  }

  /** Ends what is connected, and each new connection at once. */
  cut(): void {
    this.isCut = true;
    for (const [near, far] of this.pairs) {
      near.destroy();
      far.destroy();
    }
  }

  /** Lets new connections through again. */
  mend(): void {
    this.isCut = false;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.listener.close(() => resolve()));
  }

  private join(near: Socket, host: string, port: number): void {
    if (this.isCut) {
      near.destroy();
      return;
    }
    const far = connect(port, host);
    const pair: [Socket, Socket] = [near, far];
    this.pairs.add(pair);
    for (const socket of pair) {
      // Whoever loses a connection says so itself.
      socket.on('error', () => {});
      socket.on('close', () => {
        near.destroy();
        far.destroy();
        this.pairs.delete(pair);
        this.streams.delete(pair);
      });
    }
    near.on('data', (sent: Buffer) => {
      if (sent.includes('GET /api/live')) this.streams.add(pair);
    });
    near.pipe(far);
    far.pipe(near);
  }
}
