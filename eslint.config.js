import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/dist/', 'coverage/', 'node_modules/', '.data/', 'openapi/', 'asyncapi/', '**/generated/'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // Nest modules and DTOs are classes without members by design.
      '@typescript-eslint/no-extraneous-class': 'off',
      // DTO classes are shapes that carry documentation; nobody asks what they are an instance of.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 350, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 6],
      complexity: ['error', 15],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only src/config reads the environment.' },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'node:process', message: 'Use the global; only src/config reads the environment.' },
            'process',
          ],
        },
      ],
      'no-console': 'error',
    },
  },
  // Nest injects by constructor: the container, not a caller, supplies these parameters.
  {
    files: ['src/**/*.service.ts', 'src/**/*.controller.ts', 'src/**/*.gateway.ts'],
    rules: { 'max-params': ['error', 8] },
  },
  // Requests and answers are shapes: spreading one copies its members, and that is what is meant.
  {
    files: ['src/**/*.controller.ts', 'src/**/*.dto.ts'],
    rules: { '@typescript-eslint/no-misused-spread': 'off' },
  },
  {
    files: [
      'src/config/{load-config,variables/foreign-variables}.ts',
      'vitest.config.ts',
      'test/**/*.ts',
      'bench/**/*.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['**/*.spec.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      'no-restricted-properties': [
        'error',
        ...['mock', 'doMock', 'hoisted'].map((property) => ({
          object: 'vi',
          property,
          message: 'Specs share one copy of the modules: pass the stand-in as a parameter.',
        })),
      ],
    },
  },
  { files: ['web/**/*.tsx'], extends: [reactHooks.configs.flat.recommended] },
  // A browser's console is for whoever looks into why two browsers do not understand each other.
  { files: ['web/**/*.{ts,tsx}'], rules: { 'no-console': ['error', { allow: ['warn'] }] } },
  // The only way to copy for a page that came by plain HTTP.
  { files: ['web/ui/copying.ts', 'web/ui/actions/copy-text.ts'], rules: { '@typescript-eslint/no-deprecated': 'off' } },
  // Deprecated so that it stands out; needed where the identity provider is on loopback, or the server in development.
  {
    files: ['src/modules/accounts/oidc/oidc-provider.service.ts'],
    rules: {
      '@typescript-eslint/no-deprecated': [
        'error',
        { allow: [{ from: 'package', package: 'openid-client', name: 'allowInsecureRequests' }] },
      ],
    },
  },
  // The client binds its methods, so that they may be handed on.
  {
    files: ['src/cli/{demo,stress/stage}.ts', 'test/clients/**/*.ts', 'web/console/**/*.{ts,tsx}'],
    rules: { '@typescript-eslint/unbound-method': 'off' },
  },
  { files: ['src/cli/**/*.ts', 'bench/**/*.ts'], rules: { 'no-console': 'off' } },
);
