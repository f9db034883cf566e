using System.Linq;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Xunit;

namespace Wearable.DeviceTests
{
    /// <summary>Runs every device test as a case of its own, as the launcher on the chip does: static, without an instance.</summary>
    public sealed class OnThePc
    {
        /// <summary>The tests of this assembly.</summary>
        public static TheoryData<string> Tests
        {
            get
            {
                TheoryData<string> tests = new TheoryData<string>();
                foreach (MethodInfo method in Methods())
                {
                    tests.Add(new TheoryDataRow<string>(Name(method)) { TestDisplayName = Name(method) });
                }

                return tests;
            }
        }

        /// <summary>One test.</summary>
        [Theory]
        [MemberData(nameof(Tests))]
        public void Test(string name)
        {
            try
            {
                Methods().Single(m => Name(m) == name).Invoke(null, null);
            }
            catch (TargetInvocationException e)
            {
                ExceptionDispatchInfo.Capture(e.InnerException).Throw();
            }
        }

        /// <summary>The launcher on the chip calls nothing but public static methods without parameters: a test of another shape would not run there.</summary>
        [Fact]
        public void Every_test_has_the_shape_the_chip_can_run()
        {
            MethodInfo[] marked = Classes().SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly))
                .Where(m => m.GetCustomAttribute<nanoFramework.TestFramework.TestMethodAttribute>() != null).ToArray();
            Assert.True(marked.Length > 40, "more than 40 tests expected, got " + marked.Length);
            Assert.All(marked, m => Assert.True(m.IsStatic && m.IsPublic && m.ReturnType == typeof(void) && m.GetParameters().Length == 0 && m.DeclaringType.IsPublic, Name(m)));
        }

        private static System.Collections.Generic.IEnumerable<System.Type> Classes()
        {
            return typeof(OnThePc).Assembly.GetTypes().Where(t => t.GetCustomAttribute<nanoFramework.TestFramework.TestClassAttribute>() != null);
        }

        private static System.Collections.Generic.IEnumerable<MethodInfo> Methods()
        {
            return Classes().SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
                .Where(m => m.GetCustomAttribute<nanoFramework.TestFramework.TestMethodAttribute>() != null);
        }

        private static string Name(MethodInfo method)
        {
            return method.DeclaringType.Name + "." + method.Name;
        }
    }
}
