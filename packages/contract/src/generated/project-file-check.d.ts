/** The compiled structure check of a project file: yes or no. */
export const validate: (data: unknown) => boolean;
