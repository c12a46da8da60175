declare const asks: unique symbol;

/** What nodes ask each other: a question `Q`, answered with `A`. Both survive structured cloning. */
export type Topic<Q = unknown, A = unknown> = string & { readonly [asks]: (question: Q) => A };

/** @param name unique among all topics */
export const topic = <Q, A>(name: string): Topic<Q, A> => name as Topic<Q, A>;
