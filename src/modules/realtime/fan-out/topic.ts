declare const asks: unique symbol;

/** A kind of question between nodes: `Q`, answered with `A`. Both survive structured cloning. */
export type Topic<Q = unknown, A = unknown> = string & { readonly [asks]: (question: Q) => A };

/** @param name unique among all topics */
export const topic = <Q, A>(name: string): Topic<Q, A> => name as Topic<Q, A>;
