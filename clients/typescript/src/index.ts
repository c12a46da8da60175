export * from './omikron/index.js';
export * from './rest/index.js';
export * from './rooms/index.js';
export * from './services/index.js';
