import { expectTypeOf, test } from 'vitest';
import type { PlatformErrorExtensions, ValidationIssue } from '../../platform/api-error.ts';
import type { ValidationIssue as ApiValidationIssue, ErrorExtensions } from '../../schema/error-codes.ts';

// Platform must not import the schema, so it repeats these types. The compiler runs this test.
test('the errors of platform have codes and extensions of the API', () => {
  expectTypeOf<ValidationIssue>().toEqualTypeOf<ApiValidationIssue>();
  expectTypeOf<PlatformErrorExtensions>().toExtend<ErrorExtensions>();
});
