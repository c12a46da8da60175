import { Injectable, Logger } from '@nestjs/common';
import { reportFailure } from '../../../common/outages/outages.js';

/** Whose login it is. */
export interface LoginAccount {
  readonly kind: 'user' | 'device';
  readonly id: number;
}

/** What a feature does when somebody signs in or out. */
export interface LoginObserver {
  loginBegan(account: LoginAccount): Promise<void>;
  loginEnded(account: LoginAccount): Promise<void>;
}

/** Tells features of sign-ins and sign-outs over REST; auth itself knows no features. */
@Injectable()
export class LoginEvents {
  private readonly logger = new Logger(LoginEvents.name);
  private readonly observers: LoginObserver[] = [];

  observe(observer: LoginObserver): void {
    this.observers.push(observer);
  }

  began(account: LoginAccount): Promise<void> {
    return this.tell((observer) => observer.loginBegan(account));
  }

  ended(account: LoginAccount): Promise<void> {
    return this.tell((observer) => observer.loginEnded(account));
  }

  private async tell(tell: (observer: LoginObserver) => Promise<void>): Promise<void> {
    for (const observer of this.observers) {
      try {
        await tell(observer);
      } catch (error) {
        // The login is valid whether or not others could be told.
        reportFailure(this.logger, 'a sign-in or sign-out could not be announced', error);
      }
    }
  }
}
