# What the pages quote is computed: from a fresh clone Jekyll would only say that a variable is undefined.
Jekyll::Hooks.register :site, :post_read do |site|
  quoting = site.pages.any? { |page| page.content.include?("site.data.claims") }
  if quoting && !site.data.key?("claims")
    Jekyll.logger.abort_with "docs/_data has no computed results yet: run `make figures`, then build again."
  end
end
