/** What a classifier says of a photo: one class, or all the classes that it shows. */
export type Task = 'single-label' | 'multi-label';
