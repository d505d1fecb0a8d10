/* Functions the tables may name. */
(() => {
  const dagfuncs = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  dagfuncs.chengshuGridTheme = theme => theme.withParams({
    fontFamily: 'var(--cs-font)', fontSize: 13, backgroundColor: 'var(--cs-surface)', foregroundColor: 'var(--cs-text)', headerBackgroundColor: 'var(--cs-raised)',
    headerTextColor: 'var(--cs-text-soft)', borderColor: 'var(--cs-border)', accentColor: 'var(--cs-accent)', rowHoverColor: 'var(--cs-accent-soft)',
    oddRowBackgroundColor: 'transparent', wrapperBorder: false, wrapperBorderRadius: 0, spacing: 5, browserColorScheme: 'inherit'
  });
  dagfuncs.chengshuRefused = params => !!params.data && params.data.is_refused;
  dagfuncs.chengshuSelected = params => !!params.data && window.chengshu.page.isSelected(params.data.code);
})();
